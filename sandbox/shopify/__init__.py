"""Shopify's side of the wire: consent, tokens, the GraphQL Admin API, exports and deliveries."""

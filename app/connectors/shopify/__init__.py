"""What speaks to Shopify's Admin API, behind `platforms.shopify`."""

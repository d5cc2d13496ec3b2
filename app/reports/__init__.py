"""Reports: ordered, assembled once, frozen, and from then on only rendered."""

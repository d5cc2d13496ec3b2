"""What speaks to Meta's Graph API, behind `platforms.meta`."""

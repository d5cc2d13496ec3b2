"""What speaks to the Google Ads API, behind `platforms.google`."""

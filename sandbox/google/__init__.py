"""Google's sign-in and the Google Ads API over REST, as far as reading goes."""

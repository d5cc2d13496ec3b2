"""TikTok's Business API v1.3 and its consent page, under the prefix `/tiktok`."""

"""What speaks to TikTok's Business API, behind `platforms.tiktok`."""

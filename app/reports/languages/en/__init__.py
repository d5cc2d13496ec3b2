"""Reports in English."""

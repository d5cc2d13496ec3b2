"""What speaks to LinkedIn's Marketing API, behind `platforms.linkedin`."""

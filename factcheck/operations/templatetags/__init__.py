"""Tags for pages of the desk whose content comes from the whole site."""

"""Pages of the platform itself, and what every page stands on."""

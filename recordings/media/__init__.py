"""Facts about audio and other forms of it; knows files, never models."""

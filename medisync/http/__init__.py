"""What every dialect and page stands on, and no dialect owns."""

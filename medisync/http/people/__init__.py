"""Sign-in and profile in the dialects that have them."""

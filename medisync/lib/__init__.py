"""Pure helpers with no MediSync noun in them."""

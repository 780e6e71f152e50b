"""The clinic's admin: one site, one rule about who reaches which rows."""

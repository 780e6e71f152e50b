"""gunicorn's worker, made fit for strangers and for many slow listeners."""

"""How dates are read and written in forms and in the admin, by language (settings.FORMAT_MODULE_PATH)."""

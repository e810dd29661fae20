"""Sample data for trying the portal out: content in modules of this folder, loaded by `load()`."""

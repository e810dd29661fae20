"""How static files are named in production: each by its content, also where one module imports another."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Without this a page's script of today could import a module that the browser kept from yesterday."""

    support_js_module_import_aggregation = True

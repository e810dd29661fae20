"""The database itself refuses to change an entry of the audit log, whatever program asks.

On SQLite a later change of this table's columns builds the table anew, without the trigger: create it again in
that migration; tests/portal/test_audit.py notices when it is missing.
"""

from django.db import migrations

SQLITE = """
CREATE TRIGGER audit_is_not_rewritten BEFORE UPDATE ON portal_auditentry
BEGIN
    SELECT RAISE(ABORT, 'audit entries are not changed');
END
"""
POSTGRESQL = """
CREATE FUNCTION audit_is_not_rewritten() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are not changed' USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER audit_is_not_rewritten BEFORE UPDATE ON portal_auditentry
FOR EACH ROW EXECUTE FUNCTION audit_is_not_rewritten()
"""


def create(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(POSTGRESQL if postgresql else SQLITE, params=None)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER audit_is_not_rewritten ON portal_auditentry")
        schema_editor.execute("DROP FUNCTION audit_is_not_rewritten()")
    else:
        schema_editor.execute("DROP TRIGGER audit_is_not_rewritten")


class Migration(migrations.Migration):
    dependencies = [("portal", "0003_audit_and_sessions")]

    operations = [migrations.RunPython(create, drop)]

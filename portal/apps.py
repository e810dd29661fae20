from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Cổng thông tin"

    def ready(self) -> None:
        from portal.accounts import hearing

        post_migrate.connect(create_roles, sender=self)
        hearing.listen()


def create_roles(sender: AppConfig, **kwargs: Any) -> None:
    """After every migrate the groups of portal.roles exist, with at least their rights."""
    from django.contrib.auth.management import create_permissions

    from portal.roles import ensure_roles

    plan = kwargs.get("plan")
    if plan and plan[-1][1]:
        return  # Migrating backwards: the permissions may be gone already.
    # The rooms whose rights the table names have not been told yet: portal comes first.
    for label in ("news", "comments", "portal", "auth"):
        create_permissions(apps.get_app_config(label), using=kwargs["using"], verbosity=0)
    ensure_roles()

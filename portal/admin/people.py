"""Accounts and groups. Who may do what to whom: portal.accounts.people; here it is asked, shown and said in words."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import admin as django_auth
from django.contrib.auth.forms import SetPasswordForm, UserCreationForm, UsernameField
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django_otp.plugins.otp_static import admin as otp_static
from django_otp.plugins.otp_totp import admin as otp_totp

from news.admin.choices import PlainChoices
from news.admin.desk_admin import DeskAdmin
from news.models import StaffProfile
from portal.accounts import people, second_factor
from portal.accounts.sessions import DeskSession, end_sessions
from portal.roles import ROLES

# Theirs would show keys and codes to whoever may look at accounts. Importing them first makes sure that they
# have registered before ours take their place.
for _module, _model in (
    (otp_totp, otp_totp.TOTPDevice),
    (otp_static, otp_static.StaticDevice),
    (django_auth, User),
    (django_auth, Group),
):
    admin.site.unregister(_model)


class PersonForm(forms.ModelForm):
    """An account as an administrator changes it; `by` is that administrator."""

    by: User

    class Meta:
        model = User
        fields = ["username", "last_name", "first_name", "email", "is_active", "groups"]
        field_classes = {"username": UsernameField}
        labels = {
            "last_name": "Họ và tên đệm",
            "first_name": "Tên",
            "email": "Thư điện tử",
            "is_active": "Đang dùng",
            "groups": "Vai trò",
            "is_superuser": "Toàn quyền",
        }
        help_texts = {
            "is_active": "Bỏ dấu khi người này không làm việc ở đây nữa. Tài khoản được khoá, không bị xoá.",
            "groups": "Mỗi người có thể giữ nhiều vai trò.",
            "is_superuser": "Làm được mọi việc, không cần vai trò nào. Chỉ dành cho người cài đặt trang này.",
        }

    def clean_groups(self) -> QuerySet[Group]:
        chosen = self.cleaned_data["groups"]
        had = self.instance.groups.all() if self.instance.pk else Group.objects.none()
        try:
            people.check_may_give(self.by, chosen.exclude(pk__in=had))
        except PermissionDenied as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return chosen


class NewPersonForm(PersonForm, UserCreationForm):
    class Meta(PersonForm.Meta):
        fields = ["username", "last_name", "first_name", "email", "groups"]

    def save(self, commit: bool = True) -> User:
        # Accounts are for the desk; there are no others.
        self.instance.is_staff = True
        return super().save(commit)


class NewPasswordForm(SetPasswordForm):
    """A password that an administrator gives to somebody else."""

    by: User

    def save(self, commit: bool = True) -> User:
        people.reset_password(self.user, self.cleaned_data["new_password1"], by=self.by)
        return self.user


class WorkInline(admin.StackedInline):
    """The unit of a person, and the sections the person is limited to. Nobody lifts the own limit."""

    model = StaffProfile
    verbose_name = "Công việc"
    fields = ["unit", "sections"]
    can_delete = False
    max_num = 1

    def has_add_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_add_permission(request, obj) and not self._is_own(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and not self._is_own(request, obj)

    def _is_own(self, request: HttpRequest, person: User | None) -> bool:
        return bool(person and person.pk == request.user.pk and not request.user.is_superuser)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            # Without Django's icons for editing what is chosen.
            field.widget = (
                forms.CheckboxSelectMultiple(choices=field.choices)  # type: ignore[attr-defined]
                if db_field.name == "sections"
                else field.widget.widget
            )
        return field


@admin.register(User)
class PersonAdmin(PlainChoices, DeskAdmin):
    """People are deactivated, not deleted: what they published keeps their name."""

    form = PersonForm
    inlines = [WorkInline]
    fieldsets = [
        (None, {"fields": ["username", "last_name", "first_name", "email"]}),
        ("Quyền", {"fields": ["is_active", "groups", "is_superuser"]}),
        ("Lần gần đây", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "last_name", "first_name", "email", "groups"]}),
        ("Mật khẩu", {"fields": ["password1", "password2"]}),
    ]
    readonly_fields = ["last_login", "date_joined"]
    list_display = ["username", "full_name", "roles", "state", "last_login"]
    list_filter = ["is_active", "groups"]
    search_fields = ["username", "first_name", "last_name", "email"]
    ordering = ["username"]
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    # --- rights ----------------------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or people.may_touch(request.user, obj)  # type: ignore[arg-type]

    def has_add_permission(self, request: HttpRequest) -> bool:
        # Who could add but not change would give away what they may not touch afterwards.
        return super().has_add_permission(request) and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    # --- the list --------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="họ tên", ordering="first_name")
    def full_name(self, person: User) -> str:
        return f"{person.last_name} {person.first_name}".strip()

    @admin.display(description="vai trò")
    def roles(self, person: User) -> str:
        names = [group.name for group in person.groups.all()]
        return ", ".join(["Toàn quyền", *names] if person.is_superuser else names)

    @admin.display(description="tình trạng", ordering="is_active")
    def state(self, person: User) -> str:
        return "Đang dùng" if person.is_active else "Đã khoá"

    # --- the form --------------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        if request.user.is_superuser:
            return self.fieldsets
        # Not even shown: nobody below it gives it away.
        return [
            (name, {"fields": [f for f in options["fields"] if f != "is_superuser"]})
            for name, options in self.fieldsets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        if obj is not None and obj.pk == request.user.pk:
            return [*self.readonly_fields, "is_active", "groups", "is_superuser"]
        return self.readonly_fields

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs.setdefault("form", NewPersonForm)
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"by": request.user})

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        by = request.user
        assert isinstance(by, User)  # noqa: S101 - admin_view has let nobody else in
        if change:
            people.check_may_touch(by, User.objects.get(pk=obj.pk))
        people.check_may_give(by, self._given(form))
        super().save_model(request, obj, form, change)
        if not obj.is_active:
            end_sessions(obj, by=by)

    def _given(self, form: Any) -> Iterable[Group]:
        """Groups that the form adds."""
        had = set(form.initial.get("groups", []))
        return [group for group in form.cleaned_data.get("groups", []) if group not in had]

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[dict[str, Any]]:
        """Django's, and which roles were given or taken: the audit log has to say that."""
        message = super().construct_change_message(request, form, formsets, add)
        if "groups" not in form.changed_data:
            return message
        had = {group.name for group in form.initial.get("groups", [])}
        has = {group.name for group in form.cleaned_data["groups"]}
        words = [
            f"{verb}: {', '.join(sorted(names))}"
            for verb, names in (("giao", has - had), ("thôi giao", had - has))
            if names
        ]
        return [*message, {"changed": {"fields": [f"vai trò ({'; '.join(words)})"]}}]

    # --- password, second step, sessions ---------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/mat-khau/",
                wrap(self.password_view),
                name="auth_user_password_change",
            ),
            path("<int:pk>/bao-mat/", wrap(self.security_view), name="auth_user_security"),
            *(
                path(
                    f"<int:pk>/bao-mat/{route}/",
                    wrap(self._verb_view(verb)),
                    name=f"auth_user_{name}",
                )
                for route, name, verb in (
                    ("ket-thuc-phien", "end_sessions", self._end_sessions),
                    ("go-hai-buoc", "reset_factor", self._reset_factor),
                    ("mo-khoa", "unlock", self._unlock),
                )
            ),
            *super().get_urls(),
        ]

    def _person(self, request: HttpRequest, pk: int) -> User:
        person = self.get_object(request, str(pk))
        if person is None:
            raise Http404
        people.check_may_touch(request.user, person)  # type: ignore[arg-type]
        return person

    @method_decorator([sensitive_post_parameters(), csrf_protect])
    def password_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self._person(request, pk)
        if person.pk == request.user.pk:
            return HttpResponseRedirect(reverse("admin:password_change"))
        form = NewPasswordForm(person, request.POST or None)
        form.by = request.user  # type: ignore[assignment]
        if form.is_valid():
            form.save()
            messages.success(request, f"Đã đặt mật khẩu mới cho {person.get_username()}.")
            return HttpResponseRedirect(reverse("admin:auth_user_security", args=[pk]))
        return self._page(request, "password", f"Đặt lại mật khẩu: {person}", person, form=form)

    def security_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Whether the second step is on, where this person is signed in, and what can be done about either."""
        person = self._person(request, pk)
        return self._page(
            request,
            "security",
            f"Bảo mật: {person}",
            person,
            on=second_factor.is_on(person),
            sessions=DeskSession.objects.of(person).defer("session_data"),
            own=person.pk == request.user.pk,
        )

    def _page(
        self, request: HttpRequest, template: str, title: str, person: User, **context: Any
    ) -> HttpResponse:
        return render(
            request,
            f"admin/auth/user/{template}.html",
            {
                **self.admin_site.each_context(request),
                "title": title,
                "opts": self.opts,
                "original": person,
                **context,
            },
        )

    def _verb_view(self, verb: Any) -> Any:
        @require_POST
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            messages.success(request, verb(self._person(request, pk), request.user))
            return HttpResponseRedirect(reverse("admin:auth_user_security", args=[pk]))

        return view

    def _end_sessions(self, person: User, by: User) -> str:
        return f"Đã kết thúc {people.end_all_sessions(person, by=by)} phiên đăng nhập."

    def _reset_factor(self, person: User, by: User) -> str:
        people.reset_second_factor(person, by=by)
        return "Đã gỡ xác thực hai bước. Người này có thể bật lại với điện thoại khác."

    def _unlock(self, person: User, by: User) -> str:
        people.unlock(person, by=by)
        return "Người này có thể đăng nhập lại ngay."


def rights_shown() -> QuerySet[Permission]:
    """Rights that do something at this desk: over what has a list there, and those of the portal's roles.

    The others, over tables that only the portal itself writes, would be boxes without a meaning.
    """
    kinds = ContentType.objects.get_for_models(*admin.site._registry).values()
    named = Q()
    for name in set().union(*ROLES.values()):
        app, codename = name.split(".")
        named |= Q(content_type__app_label=app, codename=codename)
    return (
        Permission.objects.filter(named | Q(content_type__in=kinds))
        .select_related("content_type")
        .order_by("content_type__app_label", "content_type__model", "pk")
    )


def in_groups(permissions: Iterable[Permission]) -> list[tuple[str, list[tuple[int, str]]]]:
    """The boxes of rights, under the name of what they are about."""
    found: dict[str, list[tuple[int, str]]] = {}
    for permission in permissions:
        model = permission.content_type.model_class()
        about = capfirst(model._meta.verbose_name_plural) if model else ""
        found.setdefault(str(about), []).append((permission.pk, people.in_words(permission)))
    return sorted(found.items())


class GroupForm(forms.ModelForm):
    by: User
    permissions = forms.ModelMultipleChoiceField(
        label="Quyền",
        required=False,
        queryset=Permission.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("permissions"):
            shown = rights_shown()
            field.queryset = shown  # type: ignore[attr-defined]
            field.widget.choices = in_groups(shown)

    class Meta:
        model = Group
        fields = ["name", "permissions"]
        labels = {"name": "Tên"}

    def clean_permissions(self) -> list[Permission]:
        """The chosen ones, and those that stand on no form because they concern no room."""
        had = (
            set(self.instance.permissions.select_related("content_type"))
            if self.instance.pk
            else set()
        )
        chosen = set(self.cleaned_data["permissions"])
        try:
            people.check_may_allow(self.by, chosen - had)
        except PermissionDenied as refusal:
            raise forms.ValidationError(str(refusal)) from None
        hidden = had - set(rights_shown())
        return sorted(chosen | hidden, key=lambda permission: permission.pk)


@admin.register(Group)
class GroupAdmin(DeskAdmin):
    """What each role may do. The roles of the portal keep their names: migrations look for them."""

    form = GroupForm
    fields = ["name", "permissions"]
    search_fields = ["name"]
    ordering = ["name"]
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        by = request.user
        if obj is None or by.is_superuser:
            return True
        return people.names_in(obj) <= people.reach_of(by)  # type: ignore[arg-type]

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        if not request.user.is_superuser or (obj is not None and obj.name in ROLES):
            return False
        return super().has_delete_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> list[str]:
        return ["name"] if obj is not None and obj.name in ROLES else []

    def get_form(
        self, request: HttpRequest, obj: Group | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"by": request.user})

    def save_model(self, request: HttpRequest, obj: Group, form: Any, change: bool) -> None:
        had = set(obj.permissions.all()) if change else set()
        people.check_may_allow(
            request.user,  # type: ignore[arg-type]
            [p for p in form.cleaned_data["permissions"] if p not in had],
        )
        super().save_model(request, obj, form, change)

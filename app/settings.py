"""Everything the environment may say, read once and refused when it makes no sense.

The only module that reads the environment. Every variable is listed in `.env.example`
in this order; a test compares the two. `NAME_FILE` may name a file that holds a secret.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

# Connectors that an installation adds read variables of their own, which no list here can name.
ADDED_PLATFORMS = "PLATFORM_"
# What the process that speaks to a language model may see: how to reach the network, and what the
# model's provider reads by itself (LiteLLM's names), which begins with the provider's name.
_NETWORK = frozenset(
    "HOME PATH LANG TMPDIR SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE "
    "HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy".split()
)
_OF_PROVIDERS = {
    "": ("OPENAI_", "ANTHROPIC_", "GEMINI_"),
    "bedrock": ("AWS_",),
    "sagemaker": ("AWS_",),
    "gemini": ("GEMINI_", "GOOGLE_API_KEY"),
    "vertex_ai": ("VERTEXAI_", "VERTEX_", "GOOGLE_APPLICATION_CREDENTIALS"),
    "huggingface": ("HUGGINGFACE_", "HF_TOKEN"),
    "ollama_chat": ("OLLAMA_",),
    "together_ai": ("TOGETHER", "TOGETHERAI_"),
    "perplexity": ("PERPLEXITY",),
    "fireworks_ai": ("FIREWORKS_",),
}

Environment = Literal["production", "development", "test"]


class SettingsError(Exception):
    """A variable is missing or wrong; the message names it and says what to put there."""


@dataclass(frozen=True)
class Settings:
    """The settings of one process. URLs carry no trailing slash.

    `platforms` holds every variable that begins with PLATFORM_, for connectors that were added to
    an installation and have no settings of their own here. `llm_environment` holds what the process
    that speaks to a language model may see of ours.
    """

    database_url: str
    secret_key: str
    encryption_keys: tuple[str, ...]
    environment: Environment = "production"
    public_url: str = ""
    trusted_proxies: int = 0
    run_jobs: bool = True
    job_concurrency: int = 4
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_from: str = ""
    smtp_security: str = "starttls"
    ecb_url: str = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist-90d.zip"
    meta_app_id: str = ""
    meta_app_secret: str = ""
    meta_graph_url: str = "https://graph.facebook.com"
    meta_dialog_url: str = "https://www.facebook.com"
    meta_api_version: str = "v26.0"
    google_client_id: str = ""
    google_client_secret: str = ""
    google_auth_url: str = "https://accounts.google.com/o/oauth2/v2/auth"
    google_token_url: str = "https://oauth2.googleapis.com/token"  # noqa: S105 an address
    google_ads_url: str = "https://googleads.googleapis.com"
    google_ads_version: str = "v26"
    google_developer_token: str = ""
    google_daily_operations: int = 2880
    linkedin_client_id: str = ""
    linkedin_client_secret: str = ""
    linkedin_oauth_url: str = "https://www.linkedin.com/oauth/v2"
    linkedin_api_url: str = "https://api.linkedin.com/rest"
    linkedin_version: str = "202609"
    linkedin_daily_calls: int = 0
    shopify_client_id: str = ""
    shopify_client_secret: str = ""
    shopify_url_template: str = "https://{shop}"
    shopify_version: str = "2026-10"
    tiktok_app_id: str = ""
    tiktok_app_secret: str = ""
    tiktok_auth_url: str = "https://business-api.tiktok.com/portal/auth"
    tiktok_api_url: str = "https://business-api.tiktok.com/open_api/v1.3"
    llm_model: str = ""
    llm_api_key: str = field(default="", repr=False)
    llm_api_base: str = ""
    llm_timeout_seconds: int = 120
    llm_concurrency: int = 5
    llm_environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    platforms: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def secure_cookies(self) -> bool:
        """Cookies are sent over HTTPS only, except on a developer's own machine."""
        return self.environment == "production"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the process environment. Raises SettingsError with a sentence for the operator."""
        read = _Reader(os.environ if environ is None else environ)
        environment = read.choice("APP_ENV", ("production", "development", "test"), "production")
        settings = cls(
            environment=cast("Environment", environment),
            database_url=_psycopg_url(read.required("DATABASE_URL")),
            secret_key=read.secret("SECRET_KEY", shortest=32),
            encryption_keys=read.fernet_keys("ENCRYPTION_KEYS"),
            public_url=read.url("PUBLIC_URL", ""),
            trusted_proxies=read.integer("TRUSTED_PROXIES", 0, 0, 5),
            run_jobs=read.boolean("RUN_JOBS", default=True),
            job_concurrency=read.integer("JOB_CONCURRENCY", 4, 1, 64),
            smtp_host=read.text("SMTP_HOST"),
            smtp_port=read.integer("SMTP_PORT", 587, 1, 65535),
            smtp_user=read.text("SMTP_USER"),
            smtp_password=read.text("SMTP_PASSWORD"),
            smtp_from=read.text("SMTP_FROM"),
            smtp_security=read.choice("SMTP_SECURITY", ("starttls", "tls", "none"), "starttls"),
            ecb_url=read.url("ECB_URL", cls.ecb_url),
            meta_app_id=read.text("META_APP_ID"),
            meta_app_secret=read.text("META_APP_SECRET"),
            meta_graph_url=read.url("META_GRAPH_URL", cls.meta_graph_url),
            meta_dialog_url=read.url("META_DIALOG_URL", cls.meta_dialog_url),
            meta_api_version=read.text("META_API_VERSION") or cls.meta_api_version,
            google_client_id=read.text("GOOGLE_CLIENT_ID"),
            google_client_secret=read.text("GOOGLE_CLIENT_SECRET"),
            google_auth_url=read.url("GOOGLE_AUTH_URL", cls.google_auth_url),
            google_token_url=read.url("GOOGLE_TOKEN_URL", cls.google_token_url),
            google_ads_url=read.url("GOOGLE_ADS_URL", cls.google_ads_url),
            google_ads_version=read.text("GOOGLE_ADS_VERSION") or cls.google_ads_version,
            google_developer_token=read.text("GOOGLE_DEVELOPER_TOKEN"),
            google_daily_operations=read.integer("GOOGLE_DAILY_OPERATIONS", 2880, 0, 10**9),
            linkedin_client_id=read.text("LINKEDIN_CLIENT_ID"),
            linkedin_client_secret=read.text("LINKEDIN_CLIENT_SECRET"),
            linkedin_oauth_url=read.url("LINKEDIN_OAUTH_URL", cls.linkedin_oauth_url),
            linkedin_api_url=read.url("LINKEDIN_API_URL", cls.linkedin_api_url),
            linkedin_version=read.text("LINKEDIN_VERSION") or cls.linkedin_version,
            linkedin_daily_calls=read.integer("LINKEDIN_DAILY_CALLS", 0, 0, 10**9),
            shopify_client_id=read.text("SHOPIFY_CLIENT_ID"),
            shopify_client_secret=read.text("SHOPIFY_CLIENT_SECRET"),
            shopify_url_template=read.shop_url("SHOPIFY_URL_TEMPLATE", cls.shopify_url_template),
            shopify_version=read.text("SHOPIFY_VERSION") or cls.shopify_version,
            tiktok_app_id=read.text("TIKTOK_APP_ID"),
            tiktok_app_secret=read.text("TIKTOK_APP_SECRET"),
            tiktok_auth_url=read.url("TIKTOK_AUTH_URL", cls.tiktok_auth_url),
            tiktok_api_url=read.url("TIKTOK_API_URL", cls.tiktok_api_url),
            llm_model=read.text("LLM_MODEL"),
            llm_api_key=read.text("LLM_API_KEY"),
            llm_api_base=read.url("LLM_API_BASE", ""),
            llm_timeout_seconds=read.integer("LLM_TIMEOUT_SECONDS", 120, 5, 1800),
            llm_concurrency=read.integer("LLM_CONCURRENCY", 5, 1, 32),
            llm_environment=_for_model(read),
            platforms=read.beginning_with(ADDED_PLATFORMS),
        )
        if settings.environment == "production" and not settings.public_url:
            raise SettingsError(
                "PUBLIC_URL is not set. Put the address people open the app at, for example "
                "https://ads.example.com: sign-in links and OAuth redirects are built from it."
            )
        if settings.smtp_host and not settings.smtp_from:
            raise SettingsError(
                "SMTP_HOST is set but SMTP_FROM is not. Put the sender's address there."
            )
        if settings.llm_api_base and not settings.llm_model:
            raise SettingsError(
                "LLM_API_BASE is set but LLM_MODEL is not. Put the name of the model there that "
                "the server at that address serves."
            )
        return settings


def is_loopback(url: str) -> bool:
    """Whether a host setting points at this machine, as the sandbox platforms do."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _psycopg_url(url: str) -> str:
    """PaaS providers hand out `postgres://`; SQLAlchemy wants the driver named."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in ("postgres", "postgresql", "postgresql+psycopg"):
        raise SettingsError(
            "DATABASE_URL is not a PostgreSQL address. "
            "It should look like postgresql://user:password@host:5432/name."
        )
    return f"postgresql+psycopg://{rest}"


def _for_model(reader: _Reader) -> dict[str, str]:
    """What the network and the provider of LLM_MODEL read by themselves.

    With a server of one's own the provider's key is left out: it would be sent there.
    """
    model = reader.text("LLM_MODEL")
    provider = model.partition("/")[0].lower() if "/" in model else ""
    begins = _OF_PROVIDERS.get(provider, (f"{provider.upper()}_",))
    if reader.text("LLM_API_BASE"):
        begins = ()
    return reader.some(_NETWORK, begins) if model else {}


class _Reader:
    """Typed look-ups with one error sentence each."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str) -> str:
        """The value, or what the file named by NAME_FILE holds; empty when neither is set."""
        value = self._environ.get(name, "").strip()
        path = self._environ.get(f"{name}_FILE", "").strip()
        if value or not path:
            return value
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(
                f"{name}_FILE names {path}, which cannot be read: {error}."
            ) from error

    def beginning_with(self, prefix: str) -> dict[str, str]:
        """Every variable of that beginning that is not empty, by its whole name."""
        names = (name.removesuffix("_FILE") for name in self._environ if name.startswith(prefix))
        return {name: value for name in names if (value := self.text(name))}

    def some(self, names: Collection[str], prefixes: tuple[str, ...]) -> dict[str, str]:
        """Variables of these names and beginnings as they are, where not empty."""
        return {
            name: value
            for name, value in self._environ.items()
            if value and (name in names or name.startswith(prefixes))
        }

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise SettingsError(f"{name} is not set. See .env.example for what it holds.")
        return value

    def secret(self, name: str, *, shortest: int) -> str:
        value = self.required(name)
        if len(value) < shortest:
            raise SettingsError(f"{name} is shorter than {shortest} characters. Use a random one.")
        return value

    def fernet_keys(self, name: str) -> tuple[str, ...]:
        keys = tuple(key.strip() for key in self.required(name).split(",") if key.strip())
        for key in keys:
            try:
                Fernet(key)
            except ValueError as error:
                raise SettingsError(
                    f"{name} holds something that is not a Fernet key. Make one with "
                    "`flask keys new` and put the newest first, separated by commas."
                ) from error
        return keys

    def url(self, name: str, default: str) -> str:
        value = (self.text(name) or default).rstrip("/")
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise SettingsError(f"{name} is not a web address: it must start with https://.")
        return value

    def shop_url(self, name: str, default: str) -> str:
        value = self.text(name) or default
        parts = urlsplit(value.replace("{shop}", "shop.example", 1))
        if value.count("{shop}") != 1 or parts.scheme not in ("http", "https"):
            raise SettingsError(
                f"{name} must be a web address with {{shop}} in the shop's place, "
                "such as https://{shop}."
            )
        return value.rstrip("/")

    def integer(self, name: str, default: int, lowest: int, highest: int) -> int:
        value = self.text(name)
        if not value:
            return default
        if not value.isascii() or not value.isdigit() or not lowest <= int(value) <= highest:
            raise SettingsError(f"{name} must be a whole number from {lowest} to {highest}.")
        return int(value)

    def boolean(self, name: str, *, default: bool) -> bool:
        value = self.text(name).lower()
        if value not in ("", "1", "0", "true", "false", "yes", "no"):
            raise SettingsError(f"{name} must be true or false.")
        return default if not value else value in ("1", "true", "yes")

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.text(name).lower() or default
        if value not in allowed:
            raise SettingsError(f"{name} must be one of {', '.join(allowed)}.")
        return value

"""The tables, one module per noun; no queries, no HTTP."""

from app.models.alerts import Alert
from app.models.base import Base
from app.models.changes import CampaignReach, Change, ChangeSet
from app.models.connection import Account, OAuthState, PlatformConnection
from app.models.creative import BrandBrief, CreativeBatch, CreativeVariation, ModelCall
from app.models.deliveries import (
    ReportDelivery,
    ReportLetter,
    ReportRecipient,
    ReportSchedule,
    ReportShare,
)
from app.models.drafts import CampaignDraft, DraftAd, LaunchStep
from app.models.entities import Ad, AdGroup, Campaign
from app.models.exchange import FxRate, ManualRate
from app.models.facts import AdDay, CampaignDay, DayAtAge, MetricRevision, PlacementDay, StoreDay
from app.models.finding_looks import FindingLook
from app.models.findings import StoredFinding
from app.models.imports import HeaderMapping, Import, ImportFact, ImportPart
from app.models.planned_tests import PlannedTest
from app.models.quota import QuotaUse, WebhookDelivery
from app.models.rate_limit import RateLimit
from app.models.reports import ActionEntry, Report
from app.models.rollups import CampaignTotalDay, PlatformTotalDay
from app.models.sync_run import Reconciliation, ReconciliationPart, SyncChunk, SyncRun
from app.models.user import PasswordReset, User, UserSession
from app.models.workspace import Membership, Workspace

__all__ = [
    "Account",
    "ActionEntry",
    "Ad",
    "AdDay",
    "AdGroup",
    "Alert",
    "Base",
    "BrandBrief",
    "Campaign",
    "CampaignDay",
    "CampaignDraft",
    "CampaignReach",
    "CampaignTotalDay",
    "Change",
    "ChangeSet",
    "CreativeBatch",
    "CreativeVariation",
    "DayAtAge",
    "DraftAd",
    "FindingLook",
    "FxRate",
    "HeaderMapping",
    "Import",
    "ImportFact",
    "ImportPart",
    "LaunchStep",
    "ManualRate",
    "Membership",
    "MetricRevision",
    "ModelCall",
    "OAuthState",
    "PasswordReset",
    "PlacementDay",
    "PlannedTest",
    "PlatformConnection",
    "PlatformTotalDay",
    "QuotaUse",
    "RateLimit",
    "Reconciliation",
    "ReconciliationPart",
    "Report",
    "ReportDelivery",
    "ReportLetter",
    "ReportRecipient",
    "ReportSchedule",
    "ReportShare",
    "StoreDay",
    "StoredFinding",
    "SyncChunk",
    "SyncRun",
    "User",
    "UserSession",
    "WebhookDelivery",
    "Workspace",
]

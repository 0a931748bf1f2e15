"""Settings: one frozen object, from the environment (``SUIWEN_…``) or a ``.env`` file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting with its default; the defaults need no server, no network, no weights."""

    model_config = SettingsConfigDict(
        env_prefix="SUIWEN_", env_file=".env", frozen=True, extra="ignore"
    )

    home: Path = Field(Path(".suiwen"), description="where sources and releases are kept")
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    encoder: str = Field(
        "static",
        description="static (a table trained while the index is built), hashing (needs "
        "nothing), or a sentence-transformers model directory or hub name",
    )
    encoder_seed: int = 20260101
    vector_store: Literal["faiss", "memory", "postgres", "milvus"] = Field(
        "faiss", description="faiss or memory (files of the release), postgres or milvus (servers)"
    )
    vector_store_url: SecretStr | None = Field(
        None,
        description="where postgres (postgresql://user@one,two/db) or milvus (http://host:19530) "
        "is reached; never written to a release",
    )
    redis_url: SecretStr | None = Field(
        None,
        description="redis://user:password@host:6379/0 keeps sessions and saved plans, for several "
        "processes; without it each process keeps its own in memory",
    )
    session_key: SecretStr | None = Field(
        None,
        description="base64 of 32 bytes, the same in every process: seals what is kept in Redis",
    )
    database_url: SecretStr | None = Field(
        None,
        description="orders, cases, staff, audit: postgresql+psycopg://user:password@host/db; "
        "without it suiwen.db in the home (SQLite)",
    )
    key_file: Path | None = Field(
        None,
        description="the key that seals personal data (64 hexadecimal digits), the same for all "
        "processes; without it master.key in the home, made on first use",
    )
    orders_url: str | None = Field(None, description="the city's work order system (12345), HTTP")
    orders_by_hand: bool = Field(
        False,
        description="staff hand on what is filed (`suiwen orders`); without this and orders_url "
        "citizens are told that what they file is kept here only and reaches nobody",
    )
    cases_url: str | None = Field(None, description="the city's approval system (progress), HTTP")
    gateway_token: SecretStr | None = Field(None, description="bearer token for both")
    delivery_lease: float = Field(
        60,
        gt=0,
        description="seconds after which an order that was being sent to orders_url is sent again, "
        "because whoever sent it has gone; longer than any answer takes",
    )
    delivery_longest_pause: float = Field(
        900, gt=0, description="the longest pause, in seconds, between two tries to send an order"
    )
    delivery_rest: float = Field(
        30, gt=0, description="seconds without a try after orders_url failed five times in a row"
    )
    chat_url: str | None = Field(
        None,
        description="a language model that may propose how a follow-up is meant: an OpenAI-"
        "compatible server (http://host:8000/v1); without it none is asked",
    )
    chat_model: str | None = Field(None, description="the model's name there")
    chat_key: SecretStr | None = Field(None, description="bearer token of that server")
    chat_seconds: float = Field(
        1.5,
        gt=0,
        le=4,
        description="seconds a follow-up waits for a proposal, all tries together; the next "
        "message of the conversation waits five for its turn",
    )
    hotline_hours: str = Field("always", description="when 12345 agents take conversations over")
    window_hours: str = Field(
        "09:00-12:00,13:00-17:00", description="when remote window clerks do (working days)"
    )
    session_ttl: float = Field(1800, gt=0, description="seconds a conversation is remembered")
    retention_days: int = Field(
        180,
        ge=1,
        description="days after which the texts of an ended handoff, and the keys that sealed "
        "them, are destroyed; the audit log (ids only) is never shortened",
    )
    order_retention_days: int = Field(
        3_650,
        ge=1,
        description="days after which the texts, contacts and keys of an order that is over are "
        "destroyed; number, kind, topic, statuses and days stay.  Our choice, the city's to set: "
        "we could open no rule that names a time for hotline orders; ten years are the shorter of "
        "the two terms (30 or 10) under which offices file papers, as a secondary source has them "
        "(http://www.hnshanwen.com/NewsDetail.aspx?ID=1155)",
    )
    plan_ttl: float = Field(604_800, gt=0, description="seconds a saved plan can be fetched")
    requests_per_minute: int = Field(600, ge=0, description="per address; 0 turns the limit off")
    most_body_bytes: int = Field(16_384, ge=64)
    release_check_seconds: float = Field(
        1.0, gt=0, description="how often a new release is looked for"
    )
    trusted_proxies: str = Field("127.0.0.1", description="addresses whose X-Forwarded-For counts")
    log_level: str = "INFO"

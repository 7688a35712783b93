"""The front door of Klang: settings -> house -> routes of the chosen platforms; and every event handler.

Handlers stand here and nowhere else: Chalice deploys a Blueprint's handler as `<its module>.<name>` without ever
importing this file, so a handler in a room would run outside the house.
"""

import gc

# a start makes much and throws nothing away: the collector would look through all of it again and again
gc.set_threshold(50_000, 20, 20)

import os
from typing import Any

from chalice.app import Chalice, CloudWatchEvent, Rate, SQSEvent

from chalicelib.settings import Settings
from chalicelib.shared.chalice_edge import mount
from chalicelib.shared.route_table import packaged
from chalicelib.wiring import open_house

# pydantic would look through the metadata of every library for plugins, before the first answer
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

settings = Settings.from_env(os.environ)
house = open_house(settings)

app = Chalice(app_name="klang", configure_logs=False)
app.register_middleware(house.watch.middleware(), "all")
mount(app, house.rooms.values(), packaged())

EVERY_MINUTE = Rate(1, unit=Rate.MINUTES)

if "gdx" in settings.platforms:

    @app.on_sqs_message(queue=settings.queue("gdx-exchanges"), batch_size=1)
    def gdx_exchanges(event: SQSEvent) -> None:
        """Carries accepted exchanges to their providers."""
        for record in event:
            house.handlers["gdx_exchanges"](record.body)

    @app.on_sqs_message(queue=settings.queue("gdx-events"), batch_size=1)
    def gdx_events(event: SQSEvent) -> None:
        """Deletes late answers once they were fetched."""
        for record in event:
            house.handlers["gdx_events"](record.body)

    @app.schedule(EVERY_MINUTE)
    def gdx_sweep(event: CloudWatchEvent) -> None:
        """Sends again what the exchange's outbox still holds, and expires what nobody answered."""
        house.sweeps["gdx_sweep"]()

    @app.schedule(EVERY_MINUTE)
    def gdx_seal(event: CloudWatchEvent) -> None:
        """Seals what was exchanged into the transparency log."""
        house.sweeps["gdx_seal"]()


if "biz" in settings.platforms:

    @app.on_sqs_message(queue=settings.queue("biz-events"), batch_size=1)
    def biz_events(event: SQSEvent) -> None:
        """Tells people what happened to their applications."""
        for record in event:
            house.handlers["biz_events"](record.body)

    @app.on_sqs_message(queue=settings.queue("biz-uploads"), batch_size=1)
    def biz_uploads(event: SQSEvent) -> None:
        """Checks an uploaded document and takes it out of quarantine."""
        for record in event:
            house.handlers["biz_uploads"](record.body)

    @app.on_sqs_message(queue=settings.queue("biz-deliveries"), batch_size=1)
    def biz_deliveries(event: SQSEvent) -> None:
        """Tells an agency's own system what happened to an application."""
        for record in event:
            house.handlers["biz_deliveries"](record.body)

    @app.on_sqs_message(queue=settings.queue("biz-feedback"), batch_size=1)
    def biz_feedback(event: SQSEvent) -> None:
        """Writes down what became of an e-mail."""
        for record in event:
            house.handlers["biz_feedback"](record.body)

    @app.schedule(EVERY_MINUTE)
    def biz_sweep(event: CloudWatchEvent) -> None:
        """Sends again what the portal's outbox still holds, and marks what is overdue."""
        house.sweeps["biz_sweep"]()


if "opendata" in settings.platforms:

    @app.on_sqs_message(queue=settings.queue("opendata-uploads"), batch_size=1, maximum_concurrency=10)
    def opendata_uploads(event: SQSEvent) -> None:
        """Makes a typed table of an uploaded file."""
        for record in event:
            house.handlers["opendata_uploads"](record.body)

    @app.on_sqs_message(queue=settings.queue("opendata-events"), batch_size=1)
    def opendata_events(event: SQSEvent) -> None:
        """Tells followers and webhooks what happened in the catalogue."""
        for record in event:
            house.handlers["opendata_events"](record.body)

    @app.on_sqs_message(queue=settings.queue("opendata-harvest"), batch_size=1, maximum_concurrency=4)
    def opendata_harvest(event: SQSEvent) -> None:
        """Takes one step of a harvest: fetches a page of another catalogue, or writes one dataset."""
        for record in event:
            house.handlers["opendata_harvest"](record.body)

    @app.on_sqs_message(queue=settings.queue("opendata-links"), batch_size=1, maximum_concurrency=4)
    def opendata_links(event: SQSEvent) -> None:
        """Looks whether a link of the catalogue still leads to something, and fetches what is to be mirrored."""
        for record in event:
            house.handlers["opendata_links"](record.body)

    @app.on_sqs_message(queue=settings.queue("opendata-jobs"), batch_size=1, maximum_concurrency=4)
    def opendata_jobs(event: SQSEvent) -> None:
        """Does work that takes longer than a request may, and keeps its result."""
        for record in event:
            house.handlers["opendata_jobs"](record.body)

    @app.lambda_function()
    def opendata_sql(event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answers a query in SQL; what it may read is signed for by whoever calls it."""
        return house.functions["opendata_sql"](event)

    @app.schedule(EVERY_MINUTE)
    def opendata_sweep(event: CloudWatchEvent) -> None:
        """Sends again what the catalogue's outbox still holds."""
        house.sweeps["opendata_sweep"]()

    @app.schedule(EVERY_MINUTE)
    def opendata_publish(event: CloudWatchEvent) -> None:
        """Publishes a snapshot of the search index when enough has changed."""
        house.sweeps["opendata_publish"]()


if "citizen" in settings.platforms:

    @app.on_sqs_message(queue=settings.queue("citizen-events"), batch_size=1)
    def citizen_events(event: SQSEvent) -> None:
        """Tells people what happened, and looks for rights that they have."""
        for record in event:
            house.handlers["citizen_events"](record.body)

    @app.schedule(EVERY_MINUTE)
    def citizen_sweep(event: CloudWatchEvent) -> None:
        """Sends again what the portal's outbox still holds, and reminds of what is due."""
        house.sweeps["citizen_sweep"]()


gc.freeze()  # what was made until here stays: the collector need not look through it at every call

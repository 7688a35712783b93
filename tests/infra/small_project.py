"""A Chalice project of a few lines, for tests of packaging and deploying that are not about our own app."""

from __future__ import annotations

from pathlib import Path

APP = """
import os

from chalice import Chalice, Rate

app = Chalice(app_name="klang")
prefix = f"klang-{os.environ['KLANG_ENV']}-"


@app.route("/health")
def health():
    return {"status": "ok"}


@app.route("/gdx/v1/release")
def release():
    return {"release": "RELEASE"}


@app.route("/gdx/v1/echo/{word}", methods=["POST"], cors=True)
def echo(word):
    return {"word": word, "body": app.current_request.json_body, "id": app.lambda_context.aws_request_id}


@app.route("/gdx/v1/fall")
def fall():
    os._exit(3)


@app.on_sqs_message(queue=prefix + "gdx-exchanges", batch_size=1)
def gdx_exchanges(event):
    for record in event:
        if record.body == "poison":
            raise ValueError(record.body)
        print("carried", record.body, flush=True)


@app.on_sqs_message(queue=prefix + "gdx-events", batch_size=1)
def gdx_events(event):
    pass


@app.schedule(Rate(1, unit=Rate.MINUTES))
def gdx_sweep(event):
    print("swept", flush=True)
"""


def write(folder: Path, release: str = "first", requirements: str = "", lock: str = "") -> Path:
    """Writes the project, or the next release of it, and returns the folder."""
    (folder / "chalicelib").mkdir(parents=True, exist_ok=True)
    (folder / "chalicelib/__init__.py").touch()
    (folder / "app.py").write_text(APP.replace("RELEASE", release), encoding="utf-8")
    (folder / "requirements.txt").write_text(requirements, encoding="utf-8")
    (folder / "requirements.lock").write_text(lock, encoding="utf-8")
    return folder

"""The examples for Kubernetes and Nomad: one run at a time, confined, with time enough."""

import re
from pathlib import Path
from typing import Any

import yaml

from service.settings import ScheduleSettings, TrainingSettings

DEPLOY = Path(__file__).parent.parent.parent / "deploy"
CLAIM, CRON_JOB = yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text())
JOB: dict[str, Any] = CRON_JOB["spec"]["jobTemplate"]["spec"]
POD: dict[str, Any] = JOB["template"]["spec"]
NOMAD = (DEPLOY / "logling.nomad.hcl").read_text()
USER = "10001"  # of the Dockerfile


def test_there_is_one_run_at_a_time() -> None:
    assert CRON_JOB["spec"]["concurrencyPolicy"] == "Forbid"
    assert CLAIM["spec"]["accessModes"] == ["ReadWriteOncePod"]
    assert re.search(r"prohibit_overlap\s*= true", NOMAD)


def test_a_run_has_the_time_that_the_service_would_give_it() -> None:
    minutes = TrainingSettings().minutes + ScheduleSettings().overtime_minutes
    assert JOB["activeDeadlineSeconds"] == minutes * 60


def test_both_do_one_run() -> None:
    (container,) = POD["containers"]
    assert container["args"] == ["retrain"]
    assert re.search(r'args\s*= \["retrain"\]', NOMAD)


def test_the_pod_is_confined_and_has_the_user_of_the_image() -> None:
    (container,) = POD["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert POD["securityContext"]["runAsNonRoot"] is True
    assert str(POD["securityContext"]["runAsUser"]) == USER
    assert f"USER {USER}:{USER}" in (DEPLOY.parent / "Dockerfile").read_text()
    assert not POD["enableServiceLinks"]


def test_every_volume_that_is_mounted_is_there_and_logs_are_read_only() -> None:
    (container,) = POD["containers"]
    mounted = {mount["name"]: mount for mount in container["volumeMounts"]}
    assert mounted.keys() == {volume["name"] for volume in POD["volumes"]}
    assert mounted["logs"]["readOnly"] is True
    assert mounted["home"]["mountPath"] == "/var/lib/logling"

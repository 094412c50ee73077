"""Settings: what the environment says, and what it must not say."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from docgraph.api.limits import Limits
from docgraph.model.problem import Location, Problem
from docgraph.server.settings import limit_name, read_settings


def test_every_limit_is_read_from_the_environment(tmp_path: Path) -> None:
    names = [field.name for field in msgspec.structs.fields(Limits)]
    environment = {limit_name(name): str(number) for number, name in enumerate(names, start=1)}
    told = read_settings(tmp_path, environment=environment).limits
    assert [getattr(told, name) for name in names] == list(range(1, len(names) + 1))


def test_limits_are_the_usual_ones_where_nobody_says_otherwise(tmp_path: Path) -> None:
    assert read_settings(tmp_path, environment={}).limits == Limits()
    assert read_settings(tmp_path, environment={"DOCGRAPH_MAX_DEPTH": "9"}).limits == Limits(depth=9)
    assert read_settings(tmp_path, environment={"DOCGRAPH_MAX_STATEMENT_SECONDS": "0.5"}).limits == Limits(
        statement_seconds=0.5
    )


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", "1e9", " 5", "٣", "9" * 16])
def test_a_limit_that_is_no_whole_number_above_zero_is_refused_by_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match="DOCGRAPH_MAX_DEPTH is"):
        read_settings(tmp_path, environment={"DOCGRAPH_MAX_DEPTH": text})


@pytest.mark.parametrize("text", ["0", "0.0", "-1", "soon", "nan", "1e9"])
def test_a_limit_that_is_no_time_above_zero_is_refused_by_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match="DOCGRAPH_MAX_WAIT_SECONDS is"):
        read_settings(tmp_path, environment={"DOCGRAPH_MAX_WAIT_SECONDS": text})


@pytest.mark.parametrize("name", ["public", "pg_mine", "docgraph", "docgraph_d1", "information_schema", "shop$verify"])
def test_a_name_that_no_index_can_have_is_refused_where_it_was_given(tmp_path: Path, name: str) -> None:
    with pytest.raises(Problem, match="an index cannot be called") as told:
        read_settings(tmp_path, index=name, environment={})
    assert told.value.at == Location("--index")
    with pytest.raises(Problem, match="an index cannot be called") as told:
        read_settings(tmp_path, environment={"DOCGRAPH_INDEX": name})
    assert told.value.at == Location("DOCGRAPH_INDEX")


@pytest.mark.parametrize(
    ("folder", "index"),
    [("public", "index_public"), ("PG-dumps", "index_pg_dumps"), ("7", "index_7"), ("Jobs", "jobs")],
)
def test_an_index_is_called_as_the_folder_of_the_project_or_nearly(tmp_path: Path, folder: str, index: str) -> None:
    assert read_settings(tmp_path / folder, environment={}).index == index


def test_the_number_of_workers_is_that_of_the_flag_then_of_the_environment_then_one(tmp_path: Path) -> None:
    environment = {"DOCGRAPH_WORKERS": "3"}
    assert read_settings(tmp_path, workers=2, environment=environment).workers == 2
    assert read_settings(tmp_path, environment=environment).workers == 3
    assert read_settings(tmp_path, environment={}).workers == 1


@pytest.mark.parametrize("variable", ["DOCGRAPH_WORKERS", "DOCGRAPH_SERVE_WORKERS"])
@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5", "1000", "٣"])
def test_a_number_of_workers_that_is_none_is_refused(tmp_path: Path, text: str, variable: str) -> None:
    with pytest.raises(ValueError, match=f"{variable} is"):
        read_settings(tmp_path, environment={variable: text})


def test_processes_that_answer_are_counted_apart_from_those_that_run_handlers(tmp_path: Path) -> None:
    environment = {"DOCGRAPH_WORKERS": "3", "DOCGRAPH_SERVE_WORKERS": "4"}
    found = read_settings(tmp_path, environment=environment)
    assert (found.workers, found.server_processes) == (3, 4)
    assert read_settings(tmp_path, server_processes=2, environment=environment).server_processes == 2
    assert read_settings(tmp_path, environment={"DOCGRAPH_WORKERS": "3"}).server_processes == 1

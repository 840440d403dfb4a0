# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices of a CSV file."""

from __future__ import annotations

import pytest


def write_csv(tmp_path, text):
    path = tmp_path / "devices.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_csv_file_with_all_columns_creates_devices(account, tmp_path):
    hubs = account.api("CreateProduct", ProductName="hubs", NodeType=1)["Data"]["ProductKey"]
    account.api("RegisterDevice", ProductKey=hubs, DeviceName="hub-1")
    account.group("bridge")
    account.group("tunnel")
    path = write_csv(
        tmp_path,
        "\ufeffname,nickname,enabled,groups,gateway_product,gateway,tags.site,tags.row\n"
        "lamp-1,Lamp_1,no,bridge; tunnel,hubs,hub-1,west,\n"
        "\n"
        "lamp-2,,,,,,,7\n",
    )
    result = account.run(devices_file=path)
    assert result["diff"]["after"] == {
        "lamp-1": {
            "name": "lamp-1",
            "nickname": "Lamp_1",
            "tags": {"site": "west"},
            "groups": ["bridge", "tunnel"],
            "enabled": False,
            "gateway": {"product_key": hubs, "name": "hub-1"},
        },
        "lamp-2": {"name": "lamp-2", "tags": {"row": "7"}},
    }
    assert result["counts"]["failed"] == 0
    assert account.run(devices_file=path)["changed"] is False


@pytest.mark.parametrize(
    "text",
    [
        "name;nickname;tags.Row\nlamp-1;Lamp_1;7\n",
        "name\tnickname\ttags.Row\nlamp-1\tLamp_1\t7\n",
        "Name,NICKNAME,Tags.Row\nlamp-1,Lamp_1,7\n",
    ],
    ids=["semicolons", "tabs", "capitals"],
)
def test_csv_file_of_spreadsheet_is_read(account, tmp_path, text):
    result = account.run(devices_file=write_csv(tmp_path, text))
    assert result["diff"]["after"] == {"lamp-1": {"name": "lamp-1", "nickname": "Lamp_1", "tags": {"Row": "7"}}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must contain a column 'name', but contains nothing"),
        ("nickname\nx\n", "must contain a column 'name', but contains 'nickname'"),
        ("id|label\nx|y\n", "but contains 'id|label'"),
        ("name,color\nlamp,red\n", "unknown column 'color'"),
        ("name,tags.\nlamp,red\n", "unknown column 'tags.'"),
        ("name,name\nlamp,lamp\n", "more than one column 'name'"),
        ("name,nickname\nlamp-1\n", "line 2 of"),
        ("name,nickname\n,Lamp\n", "line 2 of"),
        ("name,enabled\nlamp-1,true\nlamp-2,perhaps\n", "line 3 of"),
        ("name,gateway\nlamp-1,hub-1\n", "gateway must have both product and name"),
        ('name,nickname\n"lamp-1" x,y\n', "cannot be read"),
    ],
)
def test_csv_file_with_invalid_content_fails_before_any_request(account, tmp_path, text, message):
    result = account.run(devices_file=write_csv(tmp_path, text))
    assert message in result["msg"]
    assert not account.sent


def test_csv_file_that_does_not_exist_fails(account, tmp_path):
    result = account.run(devices_file=str(tmp_path / "no.csv"))
    assert "No such file" in result["msg"]

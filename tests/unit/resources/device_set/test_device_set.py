# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Many devices as one set: what comes of it, what is asked, what is sent, and what goes wrong."""

from __future__ import annotations

import csv
import json
import stat

import pytest

NAMES = [f"lamp-{number:04d}" for number in range(120)]


def rows(names=NAMES, **said):
    return [{"name": name, **said} for name in names]


def planned(result: dict) -> dict:
    return result["estimate"]["operations"]


def sent(account) -> dict:
    """What was sent beside looking up names and looking at batches again."""
    counts = dict(account.sent)
    for looked_up in ("QueryProductList", "QueryDeviceGroupList"):
        counts.pop(looked_up, None)
    return counts


class TestThePlan:
    def test_new_devices(self, account):
        account.group("bridge")
        account.group("tunnel")
        wanted = rows(tags={"site": "west", "row": "1"}, groups=["bridge", "tunnel"], nickname="Lamp_1")
        foretold = account.run(True, devices=wanted)
        assert not account.written()
        made = account.run(devices=wanted)
        assert made["counts"] == {**dict.fromkeys(made["counts"], 0), "named": 120, "created": 120}
        assert (
            planned(made)
            == planned(foretold)
            == {
                "BatchAddDeviceGroupRelations": 2,
                "BatchCheckDeviceNames": 1,
                "BatchRegisterDeviceWithApplyId": 1,
                "QueryBatchRegisterDeviceStatus": 2,
                "QueryDevice": 1,
                "SaveDeviceProp": 120,
            }
        )
        looks = account.sent["QueryBatchRegisterDeviceStatus"]
        assert sent(account) == {**planned(made), "QueryBatchRegisterDeviceStatus": looks}
        assert 2 <= looks <= 6

    @pytest.mark.parametrize("where", ["account", "enterprise"])
    def test_nothing_to_do(self, where, request):
        account = request.getfixturevalue(where)
        account.group("bridge")
        wanted = rows(tags={"site": "west"}, groups=["bridge"], enabled=True)
        account.run(devices=wanted)
        for purge in (True, False):
            again = account.run(devices=wanted, purge_tags=purge, purge_groups=purge)
            assert again["changed"] is False
            assert again["counts"]["existing"] == 120
            assert again["diff"] == {"before": {}, "after": {}}
            assert sent(account) == planned(again)
            assert not account.written()

    def test_a_search_tells_everything_in_one_go(self, enterprise):
        enterprise.run(devices=rows(tags={"site": "west"}))
        again = enterprise.run(devices=rows(tags={"site": "west"}, groups=[]))
        assert planned(again) == {"QueryDevice": 1, "QueryDeviceBySQL": 3}

    def test_without_a_search_and_without_purging_nobody_is_asked_alone(self, account):
        account.group("bridge")
        account.run(devices=rows(tags={"site": "west"}, groups=["bridge"]))
        wanted = rows(tags={"site": "west"}, groups=["bridge"])
        again = account.run(devices=wanted, purge_tags=False, purge_groups=False)
        assert planned(again) == {
            "QueryDevice": 3,
            "QueryDeviceByTags": 3,
            "QueryDeviceListByDeviceGroup": 3,
        }

    def test_an_instance_that_has_no_search_after_all(self, enterprise):
        enterprise.run(devices=rows(tags={"site": "west"}))
        refused = []

        def before(action, params):
            if action == "QueryDeviceBySQL":
                from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError

                refused.append(params)
                raise ApiError("", operation=action, code="iot.common.APINotSupportedInInstance", category="permanent")

        enterprise.before = before
        again = enterprise.run(devices=rows(tags={"site": "west"}))
        assert again["changed"] is False
        assert len(refused) == 1
        assert planned(again)["QueryDeviceBySQL"] == 1
        assert sent(enterprise) == planned(again)

    def test_few_devices_are_not_searched_for_among_many(self, account):
        account.devices(NAMES)
        told = account.run(devices=rows(NAMES[:30], enabled=True))
        assert planned(told) == {"BatchQueryDeviceDetail": 1}
        assert told["counts"]["existing"] == 30

    def test_of_whom_nothing_is_said_nothing_is_asked(self, account):
        account.devices(NAMES)
        wanted = rows(NAMES[:-2]) + rows(NAMES[-2:], tags={}, groups=[])
        told = account.run(devices=wanted)
        assert told["changed"] is False
        assert (planned(told)["QueryDeviceProp"], planned(told)["QueryDeviceGroupByDevice"]) == (2, 2)

    def test_how_long_it_takes(self, account):
        result = account.run(True, devices=rows(tags={"site": "west"}), warn_above_in_seconds=3)
        # 120 tags at 50 a second, of which the first 50 go at once; and two looks at a batch.
        assert result["estimate"]["writes"]["seconds"] == pytest.approx(2 * 1.05 + 2, abs=0.1)
        assert "take 4 seconds, and the limit is 3" in result["warnings"][0]
        assert "warnings" not in account.run(True, devices=rows(tags={"site": "west"}), warn_above_in_seconds=5)


class TestChanges:
    def test_every_field(self, account):
        bridge = account.group("bridge")
        account.group("tunnel", [])
        account.run(devices=rows(NAMES[:3], nickname="Lamp", tags={"a": "1", "b": "2"}, groups=["bridge"]))
        changed = account.run(
            devices=rows(NAMES[:3], nickname="Lampion", tags={"b": "3"}, groups=["tunnel"], enabled=False)
        )
        assert changed["updated"] == NAMES[:3]
        assert dict(account.written()) == {
            "BatchUpdateDeviceNickname": 1,
            "DeleteDeviceProp": 3,
            "SaveDeviceProp": 3,
            "BatchDeleteDeviceGroupRelations": 1,
            "BatchAddDeviceGroupRelations": 1,
            "DisableThing": 3,
        }
        assert changed["diff"]["before"][NAMES[0]] == {
            "nickname": "Lamp",
            "tags": {"a": "1", "b": "2"},
            "groups": ["bridge"],
            "enabled": True,
        }
        assert changed["diff"]["after"][NAMES[0]] == {
            "nickname": "Lampion",
            "tags": {"b": "3"},
            "groups": ["tunnel"],
            "enabled": False,
        }
        assert json.loads(account.tags(NAMES[0])) == {"b": "3"}
        detail = account.api("QueryDeviceDetail", ProductKey=account.key, DeviceName=NAMES[0])["Data"]
        assert (detail["Nickname"], detail["Status"]) == ("Lampion", "DISABLE")
        assert account.api("QueryDeviceListByDeviceGroup", GroupId=bridge)["Total"] == 0

    def test_empty_clears_and_not_given_leaves_alone(self, account):
        account.group("bridge")
        account.run(devices=rows(NAMES[:2], nickname="Lamp", tags={"a": "1"}, groups=["bridge"]))
        assert account.run(devices=rows(NAMES[:2]))["changed"] is False
        cleared = account.run(devices=rows(NAMES[:2], nickname="", tags={}, groups=[]))
        assert cleared["updated"] == NAMES[:2]
        assert account.run(devices=rows(NAMES[:2], nickname="", tags={}, groups=[]))["changed"] is False
        assert account.tags(NAMES[0]) == "{}"

    def test_without_purging_what_is_there_stays(self, account):
        account.group("bridge")
        account.group("tunnel")
        account.run(devices=rows(NAMES[:2], tags={"a": "1"}, groups=["bridge"]))
        wanted = rows(NAMES[:2], tags={"b": "2"}, groups=["tunnel"])
        changed = account.run(devices=wanted, purge_tags=False, purge_groups=False)
        assert changed["updated"] == NAMES[:2]
        assert json.loads(account.tags(NAMES[0])) == {"a": "1", "b": "2"}
        assert account.run(devices=wanted, purge_tags=False, purge_groups=False)["changed"] is False

    def test_only_what_differs_is_written(self, account):
        account.run(devices=rows(tags={"site": "west"}))
        wanted = rows(NAMES[:7], tags={"site": "east"}) + rows(NAMES[7:], tags={"site": "west"})
        assert account.run(devices=wanted)["updated"] == NAMES[:7]
        assert dict(account.written()) == {"SaveDeviceProp": 7}

    def test_defaults(self, account):
        account.group("bridge")
        account.run(
            devices=[{"name": "lamp-1", "tags": {"row": "1"}}, {"name": "lamp-2", "enabled": True, "groups": []}],
            defaults={"tags": {"site": "west"}, "groups": ["bridge"], "enabled": False},
        )
        assert json.loads(account.tags("lamp-1")) == {"row": "1", "site": "west"}
        again = account.run(True, devices=[{"name": "lamp-1", "enabled": True, "groups": []}, {"name": "lamp-2"}])
        assert again["diff"]["after"] == {"lamp-1": {"groups": [], "enabled": True}}

    def test_absent(self, account):
        account.devices(NAMES[:4])
        gone = account.run(state="absent", devices=rows([*NAMES[:3], "never-there"]))
        assert (gone["deleted"], gone["changed"]) == (NAMES[:3], True)
        assert dict(account.written()) == {"DeleteDevice": 3}
        again = account.run(state="absent", devices=rows(NAMES[:3]))
        assert again["changed"] is False
        assert account.run(state="absent", product="no_such_product", devices=rows(NAMES[:3]))["changed"] is False

    def test_gateways(self, account):
        hubs = account.api("CreateProduct", ProductName="hubs", NodeType=1)["Data"]["ProductKey"]
        for hub in ("hub-1", "hub-2"):
            account.api("RegisterDevice", ProductKey=hubs, DeviceName=hub)
        account.devices(NAMES[:12])
        behind = rows(NAMES[:25], gateway={"product": "hubs", "name": "hub-1"})
        made = account.run(devices=behind)
        assert (made["counts"]["created"], made["counts"]["updated"], made["counts"]["failed"]) == (13, 12, 0)
        assert account.written()["BatchAddThingTopo"] == planned(made)["BatchAddThingTopo"] == 4
        assert account.run(devices=behind)["changed"] is False
        assert sent(account) == planned(account.run(devices=behind))
        moved = rows(NAMES[:1], gateway={"product": "hubs", "name": "hub-2"})
        refused = account.run(devices=moved)
        assert "would be taken from another gateway" in refused["msg"]
        assert not account.written()
        assert account.run(devices=moved, move=True)["updated"] == NAMES[:1]
        assert account.run(devices=rows(NAMES[:2], gateway={}))["updated"] == NAMES[:2]
        assert dict(account.written()) == {"RemoveThingTopo": 2}
        assert account.run(devices=rows(NAMES[:2], gateway={}))["changed"] is False
        missing = account.run(devices=rows(NAMES[:1], gateway={"product": "hubs", "name": "hub-3"}))
        assert "there is no gateway hub-3" in missing["msg"]


class TestPurging:
    def test_within_the_limit(self, account):
        account.devices(NAMES[:20])
        result = account.run(devices=rows(NAMES[:18]), purge=True)
        assert result["deleted"] == NAMES[18:20]
        assert account.run(devices=rows(NAMES[:18]), purge=True)["changed"] is False

    @pytest.mark.parametrize("limit", ["10%", "2", "0"])
    def test_beyond_the_limit_nothing_is_done(self, account, limit):
        account.devices(NAMES[:20])
        result = account.run(devices=rows(["lamp-new", *NAMES[:17]]), purge=True, purge_limit=limit)
        assert result["failed"] is True
        assert "3 devices are not named and would be deleted" in result["msg"]
        assert not account.written()

    def test_another_limit(self, account):
        account.devices(NAMES[:20])
        result = account.run(devices=[], purge=True, purge_limit="100%")
        assert result["counts"]["deleted"] == 20

    def test_other_products_are_left_alone(self, account):
        other = account.api("CreateProduct", ProductName="others", NodeType=0)["Data"]["ProductKey"]
        account.api("RegisterDevice", ProductKey=other, DeviceName=NAMES[5])
        account.devices(NAMES[:2])
        account.run(devices=[], purge=True, purge_limit="100%")
        assert account.api("QueryDevice", ProductKey=other)["Total"] == 1


class TestSlices:
    def test_all_slices_make_the_whole(self, account):
        parts = [account.run(devices=rows(tags={"a": "1"}), slice=f"{number}/5") for number in range(1, 6)]
        made = [name for part in parts for name in part["created"]]
        assert sorted(made) == NAMES
        assert all(10 < len(part["created"]) < 40 for part in parts)
        assert account.run(devices=rows(tags={"a": "1"}))["changed"] is False

    def test_no_slice_purges_what_is_another_s(self, account):
        account.devices(NAMES)
        kept = rows(NAMES[:100])
        gone = [account.run(devices=kept, purge=True, purge_limit="50%", slice=f"{n}/3")["deleted"] for n in (1, 2, 3)]
        assert sorted(name for part in gone for name in part) == NAMES[100:]
        assert all(gone)

    @pytest.mark.parametrize("slice_", ["0/5", "6/5", "5", "1/0", "a/b", "1/5/7", "-1/5"])
    def test_what_is_no_slice(self, account, slice_):
        assert "slice must be a part of a whole" in account.run(devices=[], slice=slice_)["msg"]


class TestFailures:
    def test_one_device_s_failure_is_its_own(self, account):
        account.devices(NAMES[:10])
        bridge = account.group("bridge")
        for number in range(10):
            account.group(f"other_{number}", [NAMES[3]])

        def before(action, params):
            if action == "SaveDeviceProp" and params["DeviceName"] == NAMES[4]:
                from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError

                raise ApiError("not this one", operation=action, code="iot.device.Odd", category="permanent")

        account.before = before
        wanted = rows(NAMES[:10], tags={"a": "1"}, groups=["bridge"])
        result = account.run(devices=wanted, purge_groups=False)
        assert result["failed"] is True
        assert [failure["name"] for failure in result["failures"]] == [NAMES[3], NAMES[4]]
        assert "ten groups already" in result["failures"][0]["msg"]
        assert "not this one" in result["failures"][1]["msg"]
        assert NAMES[3] in result["msg"]
        assert result["counts"]["updated"] == 8
        assert account.api("QueryDeviceListByDeviceGroup", GroupId=bridge)["Total"] == 9
        account.before = lambda action, params: None
        again = account.run(devices=wanted, purge_groups=False)
        assert [failure["name"] for failure in again["failures"]] == [NAMES[3]]
        assert account.written()["SaveDeviceProp"] == 1

    def test_what_holds_for_all_ends_the_task(self, account):
        account.devices(NAMES)
        seen = []

        def before(action, params):
            if action == "SaveDeviceProp":
                from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError

                seen.append(params)
                raise ApiError("no right", operation=action, code="Forbidden.RAM", category="permanent")

        account.before = before
        result = account.run(devices=rows(tags={"a": "1"}))
        assert result["failed"] is True
        assert result["code"] == "Forbidden.RAM"
        assert len(seen) <= 8

    def test_a_name_that_somebody_else_registers_meanwhile(self, account):
        def before(action, params):
            if action == "BatchCheckDeviceNames":
                account.before = lambda action, params: None
                account.devices([NAMES[7]])

        account.before = before
        result = account.run(devices=rows(NAMES[:20]))
        assert [failure["name"] for failure in result["failures"]] == [NAMES[7]]
        assert result["counts"]["created"] == 19
        assert account.run(devices=rows(NAMES[:20]))["changed"] is False

    @pytest.mark.parametrize("side", ["before", "after"])
    def test_a_registration_whose_answer_was_lost(self, account, side):
        lost = []

        def lose(action, params):
            if action == "BatchRegisterDeviceWithApplyId" and not lost:
                from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import TransportError

                lost.append(params)
                raise TransportError("no answer", ambiguous=True)

        setattr(account, side, lose)
        result = account.run(devices=rows(NAMES[:20]))
        assert lost
        assert result["counts"]["created"] == 20
        assert account.api("QueryDevice", ProductKey=account.key)["Total"] == 20
        assert account.sent["BatchRegisterDeviceWithApplyId"] == (2 if side == "before" else 1)

    def test_an_apply_id_that_is_a_text(self, account, monkeypatch):
        told = account.platform.call

        def as_text(action, params):
            reply = told(action, params)
            if "ApplyId" in reply.get("Data", {}):
                reply["Data"]["ApplyId"] = str(reply["Data"]["ApplyId"])
            return reply

        monkeypatch.setattr(account.platform, "call", as_text)
        assert account.run(devices=rows(NAMES[:3]))["counts"]["created"] == 3

    def test_an_interrupted_task_goes_on(self, account):
        def before(action, params):
            if action == "SaveDeviceProp" and account.sent[action] > 30:
                raise KeyboardInterrupt

        account.before = before
        with pytest.raises(KeyboardInterrupt):
            account.run(devices=rows(tags={"a": "1"}))
        account.before = lambda action, params: None
        result = account.run(devices=rows(tags={"a": "1"}))
        assert result["counts"]["created"] == 0
        assert 0 < result["counts"]["updated"] <= 90
        assert account.written()["SaveDeviceProp"] == result["counts"]["updated"]

    @pytest.mark.parametrize(
        ("devices", "said"),
        [
            ([{"name": "a"}], "must have 4 to 32 characters"),
            ([{"name": "lamp"}, {"name": "lamp"}], "devices names lamp twice"),
            ([{"name": "lamp", "nickname": "!"}], "device lamp: nickname"),
            ([{"name": "lamp", "tags": {"a-b": "1"}}], "device lamp: tags"),
            ([{"name": "lamp", "groups": [f"group_{n}" for n in range(11)]}], "device lamp: groups"),
            ([{"name": "lamp", "gateway": {"name": "hub-1"}}], "needs product and name"),
        ],
    )
    def test_wrong_input_is_found_before_anything_is_asked(self, account, devices, said):
        result = account.run(devices=devices)
        assert said in result["msg"]
        assert not account.sent

    def test_wrong_options(self, account):
        assert "either devices or devices_file" in account.run()["msg"]
        assert "either devices" in account.run(devices=[], devices_file="/tmp/x")["msg"]
        assert "purge is for state: present" in account.run(devices=[], state="absent", purge=True)["msg"]
        assert "purge_limit must be" in account.run(devices=[], purge_limit="some")["msg"]
        assert "parallel_requests" in account.run(devices=[], parallel_requests=0)["msg"]
        assert "path from the root" in account.run(devices=[], secrets_file="secrets.csv")["msg"]

    def test_a_group_that_is_not_there(self, account):
        result = account.run(devices=rows(NAMES[:2], groups=["no_such"]))
        assert "there is no device group no_such" in result["msg"]
        planned_only = account.run(True, devices=rows(NAMES[:2], groups=["no_such"]))
        assert planned_only["pending"] == ["the device group no_such does not exist yet"]
        assert planned_only["counts"]["created"] == 2

    def test_a_product_that_is_not_there_yet(self, account):
        foretold = account.run(True, product="no_such", devices=rows(NAMES[:2]))
        assert foretold["counts"]["created"] == 2
        assert "there is no product no_such" in account.run(product="no_such", devices=rows(NAMES[:2]))["msg"]


class TestSecrets:
    def secrets(self, path):
        with open(path, encoding="utf-8", newline="") as file:
            return {row["device_name"]: row["device_secret"] for row in csv.DictReader(file)}

    def real(self, account, name):
        detail = account.api("QueryDeviceDetail", ProductKey=account.key, DeviceName=name)
        return detail["Data"]["DeviceSecret"]

    def test_of_new_devices(self, account, tmp_path):
        path = tmp_path / "secrets.csv"
        account.devices(NAMES[:2])
        result = account.run(devices=rows(NAMES[:60]), secrets_file=str(path))
        told = self.secrets(path)
        assert sorted(told) == NAMES[2:60]
        assert told[NAMES[40]] == self.real(account, NAMES[40])
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert not any(secret in json.dumps(result) for secret in told.values())
        account.run(devices=rows(NAMES[:70]), secrets_file=str(path))
        assert sorted(self.secrets(path)) == NAMES[2:70]
        assert planned(result)["QueryPageByApplyId"] == account.sent["QueryPageByApplyId"] + 1 == 2

    def test_of_all_that_are_named(self, account, tmp_path):
        path = tmp_path / "secrets.json"
        account.devices(NAMES[:4])
        told = account.run(devices=rows(NAMES[:3]), secrets_file=str(path), secrets_format="json", secrets_of="all")
        assert told["changed"] is False
        rows_ = json.loads(path.read_text(encoding="utf-8"))
        assert [row["device_name"] for row in rows_] == NAMES[:3]
        assert rows_[1] == {
            "product_key": account.key,
            "device_name": NAMES[1],
            "device_secret": self.real(account, NAMES[1]),
        }

    def test_encrypted(self, account, tmp_path):
        path, password = tmp_path / "secrets.csv", tmp_path / "password"
        password.write_text("a password\n", encoding="utf-8")
        vault = {"secrets_vault": True, "secrets_vault_password_file": str(password), "secrets_file": str(path)}
        for count in (3, 5):
            assert account.run(devices=rows(NAMES[:count]), **vault)["changed"] is True
        text = path.read_text(encoding="utf-8")
        assert text.startswith("$ANSIBLE_VAULT;1.1;AES256")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

        from ansible.parsing.vault import VaultLib, VaultSecret

        plain = VaultLib([("default", VaultSecret(b"a password"))]).decrypt(text).decode()
        assert [line.split(",")[1] for line in plain.splitlines()[1:]] == NAMES[:5]
        password.write_text("another\n", encoding="utf-8")
        wrong = account.run(devices=rows(NAMES[:6]), **vault)
        assert "ansible-vault view failed" in wrong["msg"]
        assert not account.sent

    def test_a_file_that_is_something_else_is_left_alone(self, account, tmp_path):
        path = tmp_path / "notes.txt"
        path.write_text("my notes\n", encoding="utf-8")
        for form in ("csv", "json"):
            result = account.run(devices=rows(NAMES[:2]), secrets_file=str(path), secrets_format=form)
            assert "holds something else" in result["msg"]
        assert path.read_text(encoding="utf-8") == "my notes\n"
        assert not account.sent

    def test_a_file_that_cannot_be_written_is_said_with_what_was_done(self, account, tmp_path):
        result = account.run(devices=rows(NAMES[:2]), secrets_file=str(tmp_path / "missing" / "secrets.csv"))
        assert "cannot be written" in result["msg"]
        assert result["created"] == NAMES[:2]


class TestCsv:
    def write(self, tmp_path, text):
        path = tmp_path / "fleet.csv"
        path.write_text(text, encoding="utf-8")
        return str(path)

    def test_all_columns(self, account, tmp_path):
        hubs = account.api("CreateProduct", ProductName="hubs", NodeType=1)["Data"]["ProductKey"]
        account.api("RegisterDevice", ProductKey=hubs, DeviceName="hub-1")
        account.group("bridge")
        account.group("tunnel")
        path = self.write(
            tmp_path,
            "\ufeffname,nickname,enabled,groups,gateway_product,gateway,tags.site,tags.row\n"
            "lamp-1,Lamp_1,no,bridge; tunnel,hubs,hub-1,west,\n"
            "\n"
            "lamp-2,,,,,,,7\n",
        )
        made = account.run(devices_file=path)
        assert made["diff"]["after"] == {
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
        assert made["counts"]["failed"] == 0
        assert account.run(devices_file=path)["changed"] is False

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "no column called name"),
            ("nickname\nx\n", "no column called name"),
            ("name,colour\nlamp,red\n", "a column 'colour'"),
            ("name,tags.\nlamp,red\n", "a column 'tags.'"),
            ("name,name\nlamp,lamp\n", "two columns of one name"),
            ("name,nickname\nlamp-1\n", "line 2 of"),
            ("name,nickname\n,Lamp\n", "line 2 of"),
            ("name,enabled\nlamp-1,true\nlamp-2,perhaps\n", "line 3 of"),
            ("name,gateway\nlamp-1,hub-1\n", "needs product and name"),
            ('name,nickname\n"lamp-1" x,y\n', "cannot be read"),
        ],
    )
    def test_what_cannot_be(self, account, tmp_path, text, said):
        result = account.run(devices_file=self.write(tmp_path, text))
        assert said in result["msg"]
        assert not account.sent

    def test_no_such_file(self, account, tmp_path):
        result = account.run(devices_file=str(tmp_path / "no.csv"))
        assert "No such file" in result["msg"]

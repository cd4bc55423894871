"""Where secrets come from: never an argument, never a file that others may read."""

from pathlib import Path

import pytest

from custodiet.model.errors import Unready
from custodiet.settings import SECRET_BYTES_MAX, read_secret, read_settings, read_token, require_store


def held(folder, content, mode=0o600):
    path = folder / "secret"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_token_comes_from_its_file_or_else_from_the_environment(tmp_path):
    path = held(tmp_path, b"of the file\n")
    assert read_token(str(path), {"CUSTODIET_TOKEN": "of the environment"}) == "of the file"
    assert read_token(None, {"CUSTODIET_TOKEN": " of the environment\n"}) == "of the environment"


@pytest.mark.parametrize("environment", [{}, {"CUSTODIET_TOKEN": ""}, {"CUSTODIET_TOKEN": " \n"}])
def test_no_token_says_where_to_put_one(environment):
    with pytest.raises(Unready, match="--token-file FILE or set CUSTODIET_TOKEN"):
        read_token(None, environment)


@pytest.mark.parametrize("content", [b"", b" \n", b"one\ntwo\n", b"\xff\n", b"x" * (SECRET_BYTES_MAX + 1)])
def test_a_file_holds_one_line_and_what_it_holds_is_not_said(tmp_path, content):
    with pytest.raises(Unready, match="is to hold one line") as refused:
        read_secret(held(tmp_path, content))
    assert "two" not in str(refused.value)


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o601])
def test_a_file_that_others_may_touch_is_refused_and_a_group_of_ones_own_is_not(tmp_path, mode):
    with pytest.raises(Unready, match="others may read"):
        read_secret(held(tmp_path, b"secret", mode))
    assert read_secret(held(tmp_path, b"secret", 0o640)) == "secret"


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(Unready, match="cannot be read: No such file"):
        read_secret(tmp_path / "none")
    with pytest.raises(Unready, match="cannot be read: Is a directory"):
        read_secret(tmp_path)


@pytest.mark.parametrize("address", ["http://here.example", "https://", "https://here.example/pages", "here.example"])
def test_pages_that_others_reach_are_reached_by_a_name_and_under_tls(tmp_path, address):
    with pytest.raises(Unready, match="CUSTODIET_WEB_ADDRESS is to be https"):
        read_settings(str(tmp_path), None, {"CUSTODIET_WEB_ADDRESS": address})


def test_an_address_of_the_pages_is_taken_and_none_means_this_machine_alone(tmp_path):
    assert read_settings(str(tmp_path), None, {}).web_address is None
    told = {"CUSTODIET_WEB_ADDRESS": "https://here.example/"}
    assert read_settings(str(tmp_path), None, told).web_address == "https://here.example"


def test_an_identity_provider_is_named_whole_or_not_at_all(tmp_path):
    whole = {f"CUSTODIET_OIDC_{one}": "x" for one in ("ISSUER", "NAME", "CLIENT", "SECRET_FILE")}
    assert read_settings(str(tmp_path), None, whole).provider.issuer == "x"
    del whole["CUSTODIET_OIDC_CLIENT"]
    with pytest.raises(Unready, match="missing: CUSTODIET_OIDC_CLIENT"):
        read_settings(str(tmp_path), None, whole)


SMTP = {"CUSTODIET_SMTP": "mail.example:587", "CUSTODIET_MAIL_FROM": "desk@deployer.example"}


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"CUSTODIET_MAIL_FROM": ""}, "written to from"),
        ({"CUSTODIET_SMTP": "mail.example"}, "host:port"),
        ({"CUSTODIET_SMTP": "mail.example:0"}, "host:port"),
        ({"CUSTODIET_SMTP_PLAIN": "1"}, "in clear"),
        ({"CUSTODIET_SMTP_USER": "desk"}, "go together"),
        ({"CUSTODIET_MESSAGE_FOLDER": "/tmp/messages"}, "not both"),
        ({"CUSTODIET_OFFICE_MAIL": "the office"}, "_OFFICE_MAIL is to be"),
        ({"CUSTODIET_SMTP": "", "CUSTODIET_OFFICE_MAIL": "watch@deployer.example"}, "needs a way for messages"),
    ],
)
def test_a_way_for_messages_is_named_whole_and_never_in_clear(tmp_path, more, why):
    with pytest.raises(Unready, match=why):
        read_settings(str(tmp_path), None, SMTP | more)


def test_messages_go_to_a_server_or_a_folder_or_nowhere(tmp_path):
    assert read_settings(str(tmp_path), None, {}).post is None
    assert read_settings(str(tmp_path), None, SMTP).post.starttls
    plain = SMTP | {"CUSTODIET_SMTP": "localhost:2525", "CUSTODIET_SMTP_PLAIN": "1"}
    assert not read_settings(str(tmp_path), None, plain).post.starttls
    folder = {"CUSTODIET_MESSAGE_FOLDER": str(tmp_path / "out"), "CUSTODIET_MAIL_FROM": "desk@deployer.example"}
    assert read_settings(str(tmp_path), None, folder).post.folder == tmp_path / "out"
    assert read_settings(str(tmp_path), None, folder).post.office is None
    office = SMTP | {"CUSTODIET_OFFICE_MAIL": "watch@deployer.example"}
    assert read_settings(str(tmp_path), None, office).post.office == "watch@deployer.example"


BAO = {"CUSTODIET_OPENBAO": "https://bao.example", "CUSTODIET_OPENBAO_TOKEN_FILE": "/run/token"}


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"CUSTODIET_OPENBAO": "bao.example:8200"}, "is to be https"),
        ({"CUSTODIET_OPENBAO": "https://bao.example/v1"}, "is to be https"),
        ({"CUSTODIET_OPENBAO": "https://token@bao.example"}, "is to be https"),
        ({"CUSTODIET_OPENBAO": "https://bao.example:port"}, "is to be https"),
        ({"CUSTODIET_OPENBAO": "http://bao.example:8200"}, "in clear"),
        ({"CUSTODIET_OPENBAO": ""}, "without CUSTODIET_OPENBAO"),
        ({"CUSTODIET_OPENBAO_TOKEN_FILE": ""}, "needs CUSTODIET_OPENBAO_TOKEN_FILE"),
        ({"CUSTODIET_OPENBAO_KEY": "../sys"}, "_KEY is to be"),
        ({"CUSTODIET_OPENBAO_MOUNT": "a/b"}, "_MOUNT is to be"),
    ],
)
def test_openbao_is_named_whole_and_never_in_clear(tmp_path, more, why):
    with pytest.raises(Unready, match=why):
        read_settings(str(tmp_path), None, BAO | more)


def test_keys_are_in_openbao_where_it_is_named_and_otherwise_in_files(tmp_path):
    assert read_settings(str(tmp_path), None, {}).kms is None
    named = read_settings(str(tmp_path), None, BAO).kms
    assert (named.host, named.port, named.tls) == ("bao.example", 8200, True)
    assert (named.mount, named.key, named.ca_file) == ("transit", "custodiet", None)
    here = read_settings(str(tmp_path), None, BAO | {"CUSTODIET_OPENBAO": "http://127.0.0.1:18200"}).kms
    assert (here.host, here.port, here.tls) == ("127.0.0.1", 18200, False)


def test_keys_are_in_one_kms_and_a_token_is_named_whole(tmp_path):
    token = {"CUSTODIET_PKCS11": "/lib/token.so", "CUSTODIET_PKCS11_TOKEN": "ours", "CUSTODIET_PKCS11_PIN_FILE": "/pin"}
    assert read_settings(str(tmp_path), None, token).kms.token == "ours"
    with pytest.raises(Unready, match="not both"):
        read_settings(str(tmp_path), None, token | BAO)
    del token["CUSTODIET_PKCS11_PIN_FILE"]
    with pytest.raises(Unready, match="missing: CUSTODIET_PKCS11_PIN_FILE"):
        read_settings(str(tmp_path), None, token)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("custodiet", "is to be postgresql"),
        ("postgresql://", "is to be postgresql"),
        ("postgresql://me@here", "is to be postgresql"),
        ("postgresql://me@here/", "is to be postgresql"),
        ("postgresql://me@here/a/b", "is to be postgresql"),
        ("mysql://me@here/store", "is to be postgresql"),
        ("postgresql://[me@here/store", "is to be postgresql"),
        ("postgresql://me:marigold@here/store", "holds a password"),
        ("postgresql://here/store?password=marigold", "holds a password"),
    ],
)
def test_a_database_is_named_by_its_address_and_never_with_a_password(tmp_path, address, why):
    with pytest.raises(Unready, match=why) as refused:
        read_settings(str(tmp_path), None, {"CUSTODIET_STORE": address})
    assert "marigold" not in str(refused.value)


def test_the_store_is_a_file_unless_a_database_is_named_and_never_both(tmp_path):
    settings = read_settings(str(tmp_path), None, {})
    assert settings.database is None
    with pytest.raises(Unready, match="no store in"):
        require_store(settings)
    address = "postgresql://custodiet@/store?host=/run/postgresql"
    named = read_settings(str(tmp_path), None, {"CUSTODIET_STORE": address})
    assert named.database == address
    require_store(named)
    settings.store.touch()
    require_store(settings)
    with pytest.raises(Unready, match="custodiet migrate-store"):
        require_store(named)


SHARED = {"CUSTODIET_ETCD": "https://10.0.0.1:2379, https://10.0.0.2:2379/"}


def test_devices_are_shared_out_where_an_etcd_is_named(tmp_path):
    assert read_settings(str(tmp_path), None, {}).sharing is None
    files = {f"CUSTODIET_ETCD_{name}_FILE": f"/made/up/{name.lower()}" for name in ("CA", "CERT", "KEY")}
    more = {"CUSTODIET_LEASE_S": "30", "CUSTODIET_PEER": "https://g1.example:8443", "CUSTODIET_PEER_PORT": "8100"}
    more["CUSTODIET_PEER_CA_FILE"] = "/made/up/peers"
    sharing = read_settings(str(tmp_path), None, SHARED | files | more).sharing
    assert sharing.etcd == ("https://10.0.0.1:2379", "https://10.0.0.2:2379")
    assert (sharing.ca_file, sharing.cert_file, sharing.key_file) == (
        Path("/made/up/ca"),
        Path("/made/up/cert"),
        Path("/made/up/key"),
    )
    assert (sharing.lease_s, sharing.peer, sharing.peer_port) == (30, "https://g1.example:8443", 8100)
    assert sharing.peer_ca_file == Path("/made/up/peers")
    here = read_settings(str(tmp_path), None, {"CUSTODIET_ETCD": "http://127.0.0.1:2379"}).sharing
    assert (here.lease_s, here.peer, here.peer_port) == (10, None, 0)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"CUSTODIET_ETCD": "http://10.0.0.1:2379"}, "CUSTODIET_ETCD is to be https"),
        ({"CUSTODIET_ETCD": "https://10.0.0.1"}, "CUSTODIET_ETCD is to be https"),
        ({"CUSTODIET_ETCD": "https://x:y@10.0.0.1:2379"}, "CUSTODIET_ETCD is to be https"),
        ({"CUSTODIET_ETCD": "https://10.0.0.1:99999"}, "CUSTODIET_ETCD is to be https"),
        ({"CUSTODIET_ETCD": "10.0.0.1:2379"}, "CUSTODIET_ETCD is to be https"),
        (SHARED | {"CUSTODIET_ETCD_CERT_FILE": "/made/up"}, "go together"),
        (SHARED | {"CUSTODIET_LEASE_S": "2"}, "3 to 60"),
        (SHARED | {"CUSTODIET_LEASE_S": "61"}, "3 to 60"),
        (SHARED | {"CUSTODIET_LEASE_S": "ten"}, "3 to 60"),
        (SHARED | {"CUSTODIET_PEER": "http://10.0.0.9:8100", "CUSTODIET_PEER_PORT": "1"}, "in clear"),
        (SHARED | {"CUSTODIET_PEER": "https://g1.example:8443"}, "go together"),
        (SHARED | {"CUSTODIET_PEER": "http://127.0.0.1:8100", "CUSTODIET_PEER_PORT": "1"}, "in clear"),
        (SHARED | {"CUSTODIET_PEER_PORT": "8100"}, "go together"),
        (SHARED | {"CUSTODIET_PEER_CA_FILE": "/made/up"}, "go together"),
        (SHARED | {"CUSTODIET_PEER": "https://g1.example:8443", "CUSTODIET_PEER_PORT": "8100"}, "go together"),
        (
            SHARED
            | {
                "CUSTODIET_PEER": "https://g1.example:8443",
                "CUSTODIET_PEER_PORT": "0",
                "CUSTODIET_PEER_CA_FILE": "/made/up",
            },
            "go together",
        ),
        ({"CUSTODIET_LEASE_S": "10"}, "CUSTODIET_LEASE_S without CUSTODIET_ETCD"),
        ({"CUSTODIET_PEER": "https://g1.example:8443"}, "CUSTODIET_PEER without CUSTODIET_ETCD"),
    ],
)
def test_sharing_that_cannot_be_meant_is_refused(tmp_path, given, why):
    with pytest.raises(Unready, match=why):
        read_settings(str(tmp_path), None, given)

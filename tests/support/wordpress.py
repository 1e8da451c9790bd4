"""WordPress with the plugin, on MariaDB and PHP's own web server, in a folder of the test (Debian's packages)."""

import getpass
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.granian import wait_for_port
from tests.support.postgresql import free_port

WORDPRESS = Path("/usr/share/wordpress")
CONFIG = """<?php
define( 'DB_NAME', 'wordpress' ); define( 'DB_USER', 'root' ); define( 'DB_PASSWORD', '' );
define( 'DB_HOST', 'localhost:%(folder)s/socket' ); define( 'DB_CHARSET', 'utf8mb4' ); define( 'DB_COLLATE', '' );
define( 'WP_HOME', '%(url)s' ); define( 'WP_SITEURL', '%(url)s' );
define( 'DISABLE_WP_CRON', true ); define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_DEBUG', true ); define( 'WP_DEBUG_DISPLAY', false ); define( 'WP_DEBUG_LOG', '%(folder)s/debug.log' );
define( 'WP_DEFAULT_THEME', 'plain' ); define( 'ABSPATH', __DIR__ . '/' ); $table_prefix = 'wp_';
require_once ABSPATH . 'wp-settings.php';
"""
# Debian's themes are packages of their own.
THEME = """<!doctype html><html><head><title><?php wp_title(); ?></title><?php wp_head(); ?></head><body>
<?php while ( have_posts() ) { the_post(); echo '<h1>'; the_title(); echo '</h1>'; the_content(); } ?></body></html>
"""
INSTALL = """
require_once ABSPATH . 'wp-admin/includes/upgrade.php'; require_once ABSPATH . 'wp-admin/includes/plugin.php';
wp_install( 'Check', 'admin', 'admin@check.example', true, '', 'secret' );
out( activate_plugin( 'factcheck/factcheck.php' ) );
"""


@dataclass(frozen=True)
class WordPress:
    folder: Path
    url: str

    @property
    def log(self) -> str:
        """Warnings and errors of PHP."""
        file = self.folder / "debug.log"
        return file.read_text() if file.exists() else ""

    def dump(self) -> str:
        command = ["mariadb-dump", "--no-defaults", f"--socket={self.folder / 'socket'}", "--user=root", "wordpress"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def run(self, php: str, before: str = "") -> Any:
        """Run PHP inside WordPress, and return the value that it gives to `out`."""
        out = 'function out( $value ) { echo "\\n" . json_encode( $value ); }'
        code = f"{before} {out} require 'wp-load.php'; {php}"
        command = ["php", "-d", "display_errors=stderr", "-r", code]
        done = subprocess.run(command, cwd=self.folder / "site", capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.rpartition("\n")[2] or "null")


@contextmanager
def wordpress(folder: Path, plugin: str) -> Iterator[WordPress]:
    """Install WordPress with the plugin's source, and serve it until the end of the block."""
    site, port = folder / "site", free_port()
    blog = WordPress(folder, f"http://127.0.0.1:{port}")
    shutil.copytree(WORDPRESS, site, ignore=shutil.ignore_patterns("wp-config.php", ".htaccess", "languages"))
    for name, text in (
        ("wp-config.php", CONFIG % {"folder": folder, "url": blog.url}),
        ("wp-content/themes/plain/index.php", THEME),
        ("wp-content/themes/plain/style.css", "/* Theme Name: Plain */"),
        ("wp-content/plugins/factcheck/factcheck.php", plugin),
    ):
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, encoding="utf-8")
    data = ["--no-defaults", f"--user={getpass.getuser()}", f"--datadir={folder / 'data'}"]
    install = ["mariadb-install-db", *data, "--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run(install, check=True, capture_output=True)
    with ExitStack() as running:
        quick = ["--skip-networking", "--innodb-flush-log-at-trx-commit=0", f"--pid-file={folder / 'pid'}"]
        running.enter_context(_process("/usr/sbin/mariadbd", *data, f"--socket={folder / 'socket'}", *quick))
        create = [
            "mariadb",
            *data[:1],
            f"--socket={folder / 'socket'}",
            "--user=root",
            "-e",
            "CREATE DATABASE wordpress",
        ]
        end = time.monotonic() + 60
        while subprocess.run(create, capture_output=True, check=False).returncode:
            assert time.monotonic() < end
            time.sleep(0.1)
        blog.run(INSTALL, "define( 'WP_INSTALLING', true );")
        running.enter_context(_process("php", "-S", f"127.0.0.1:{port}", "-t", str(site)))
        wait_for_port(port)
        yield blog


@contextmanager
def _process(*command: str) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)

"""Packs an extension that claims *.prototxt under an id of its own, as several in the marketplace do."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

LANGUAGE_NAME = "Rival Text Format"

_MANIFEST = {
    "name": "rival-textproto",
    "publisher": "rival",
    "version": "1.0.0",
    "engines": {"vscode": "^1.91.0"},
    "contributes": {
        "languages": [
            {"id": "textproto", "aliases": [LANGUAGE_NAME], "extensions": [".prototxt", ".textproto"]},
            {"id": "prototxt", "aliases": ["Rival Prototxt"]},
        ]
    },
}

_VSIX_MANIFEST = """\
<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="rival-textproto" Version="1.0.0" Publisher="rival"/>
    <DisplayName>Rival</DisplayName>
  </Metadata>
  <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
  </Assets>
</PackageManifest>
"""


def pack_rival_extension(vsix: Path) -> Path:
    """Write the extension's file."""
    with zipfile.ZipFile(vsix, "w") as archive:
        archive.writestr("extension.vsixmanifest", _VSIX_MANIFEST)
        archive.writestr("extension/package.json", json.dumps(_MANIFEST))
    return vsix

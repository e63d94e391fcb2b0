"""A rival: Morph-KGC. An RML mapping of the exported tables, run by its own command with its own pool of processes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

CONFIGURATION = """[CONFIGURATION]
output_format: N-QUADS
output_file: {out}
logging_level: ERROR

[rival]
mappings: {mapping}
"""


def main() -> None:
    """Run the mapping in the folder of the first argument, write the file of the second, and print what it took."""
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    settings = folder / "morph.ini"
    settings.write_text(CONFIGURATION.format(out=out, mapping=folder / "mapping.rml.ttl"))
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "morph_kgc", str(settings)], check=True, cwd=folder, stdout=sys.stderr)
    print(json.dumps({"seconds": time.perf_counter() - start, "version": version("morph-kgc")}))


if __name__ == "__main__":
    main()

import pathlib
import sys

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(pathlib.Path(__file__).parent.parent / "EndToEnd"), str(CHECKOUT / "Infra")]

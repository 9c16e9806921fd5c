"""Machine learning: libraries, training scripts, model files, pipelines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gonogo.inspect.detectors.dependencies import used
from gonogo.inspect.facts import Fact
from gonogo.inspect.tree import Tree

LIBRARIES = {
    "pytorch": r"(?<![\w-])(?:torch|pytorch(?:-lightning)?)(?![\w-])",
    "tensorflow": r"(?<![\w-])tensorflow(?:-gpu|-cpu)?(?![\w-])",
    "keras": r"(?<![\w-])keras(?![\w-])",
    "scikit-learn": r"(?<![\w-])(?:scikit-learn|sklearn)(?![\w-])",
    "xgboost": r"(?<![\w-])xgboost(?![\w-])",
    "lightgbm": r"(?<![\w-])lightgbm(?![\w-])",
    "catboost": r"(?<![\w-])catboost(?![\w-])",
    "transformers": r"(?<![\w-])transformers(?![\w-])",
    "jax": r"(?<![\w-])jax(?:\[\w+\])?(?![\w-])",
    "onnxruntime": r"(?<![\w-])onnxruntime(?:-\w+)?(?![\w-])",
    "mlflow": r"(?<![\w-])mlflow(?![\w-])",
}
FILES = {
    "model": r"\.(?:onnx|pt|pth|h5|keras|safetensors|tflite|gguf|joblib|mlmodel|ckpt)$",
    "training": r"(?:^|/)(?:[^/]+_train(?:er)?|(?:train(?:er|ing)?|retrain|fine_?tune)(?:_[^/]*)?)\.(?:py|r|ipynb)$",
    "pipeline": r"(?:^|/)(?:dvc\.yaml|mlproject|bentofile\.yaml|kfp[^/]*\.py)$",
    "notebook": r"\.ipynb$",
}
_PICKLE = re.compile(r"(?:^|/)models?/[^/]+\.(?:pkl|pickle)$")


def look(tree: Tree) -> Iterator[Fact]:
    for library, where, line in used(tree, LIBRARIES):
        yield Fact("ml.library", library, where, how=line)
    for name, pattern in FILES.items():
        for path in tree.matching(re.compile(pattern)):
            certain = name in ("model", "pipeline")
            yield Fact(f"ml.{name}", path, f"{path}:1", certain, "by its name" if not certain else "")
    for path in tree.matching(_PICKLE):
        yield Fact("ml.model", path, f"{path}:1", False, "a pickle in a directory of models")

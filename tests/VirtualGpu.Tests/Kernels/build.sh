#!/bin/sh
# Compiles the kernels of this folder to the PTX that is committed beside them. Needs clang-14.
# File names in line tables are made relative, so that the result does not depend on where the sources lie.
set -e
cd "$(dirname "$0")"
for source in *.cu; do
    clang-14 -x cuda --cuda-device-only --cuda-gpu-arch=sm_80 -nocudainc -nocudalib -fdeclspec -include ../../../kernels/clang.cuh \
        -O3 -std=c++17 -gline-directives-only -S -Xclang -target-feature -Xclang +ptx75 "$source" -o - |
        sed "s|\"$(pwd)/|\"|" > "${1:-.}/${source%.cu}.ptx"
done

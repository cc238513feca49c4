#!/usr/bin/env bash
# Correctness and throughput on a machine with an NVIDIA GPU.
#
#   tools/gpu/gpu.sh publish        here, with the .NET SDK: makes artifacts/gpu, which needs no .NET there
#   bash artifacts/gpu/gpu.sh run OUT   there: checks every kernel, then measures; writes OUT/performance-gpu.md and .json
#
# Copy OUT/performance-gpu.md and OUT/performance-gpu.json to docs/ and commit them: they bear the card's name.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

publish() {
    cd "$here/../.."
    rm -rf artifacts/gpu
    dotnet publish tools/gpu/CudaNet.GpuBench -c Release -r linux-x64 --self-contained -p:PublishSingleFile=true -p:EnableCompressionInSingleFile=true -p:RestorePackagesWithLockFile=false -o artifacts/gpu -v quiet --nologo
    rm -f artifacts/gpu/*.pdb artifacts/gpu/*.xml
    cp tools/gpu/gpu.sh tools/gpu/torch_bench.py artifacts/gpu/
    local size
    size=$(du -sm artifacts/gpu | cut -f1)
    echo "artifacts/gpu: $size MiB"
    [ "$size" -le 64 ] || { echo "more than the 64 MiB that are to be carried"; return 1; }
}

run() {
    local out=${1:-gpu-results} code=0
    mkdir -p "$out"
    nvidia-smi --query-gpu=name,driver_version,clocks.max.sm,power.limit --format=csv,noheader || true
    # A wrong kernel is no reason not to learn how fast the others are, but it is the result of the run.
    "$here/CudaNet.GpuBench" check --out "$out" || code=$?
    "$here/CudaNet.GpuBench" bench --out "$out"
    if python3 -c 'import torch; assert torch.cuda.is_available()' 2> /dev/null; then python3 "$here/torch_bench.py" "$out"; else echo "PyTorch is not here: no comparison with it."; fi
    "$here/CudaNet.GpuBench" report --out "$out"
    return "$code"
}

case "${1:-}" in
    publish) publish ;;
    run) run "${2:-}" ;;
    *) sed -n '2,7p' "$0"; exit 2 ;;
esac

"""The workloads of CudaNet.GpuBench in PyTorch: eager, torch.compile, and its flash attention. Writes torch.json.

    python3 torch_bench.py OUT
"""
import json
import sys

import torch
import torch.nn.functional as F


def microseconds(f):
    for _ in range(5):
        f()
    torch.cuda.synchronize()
    start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)

    def mean(calls):
        start.record()
        for _ in range(calls):
            f()
        end.record()
        end.synchronize()
        return start.elapsed_time(end) * 1e3 / calls

    calls = int(min(2000, max(3, 100_000 / max(1, mean(3)))))
    return min(mean(calls) for _ in range(5))


def main(folder):
    torch.manual_seed(1)
    device = torch.device("cuda")
    types = {"f32": torch.float32, "bf16": torch.bfloat16}
    rows = []

    def add(workload, by, f, flops=0.0, size=0.0):
        try:
            with torch.no_grad() if not workload.startswith("training") else torch.enable_grad():
                rows.append(dict(workload=workload, by=by, microseconds=microseconds(f), flops=flops, bytes=size))
            print(rows[-1])
        except Exception as error:  # a compiler or a kernel that this machine lacks must not end the run
            print(f"{workload} by {by} is not measured: {error}")

    # As in ours: f32 products as written, and rounded to tf32 apart.
    for name, sizes in (("bf16", (1024, 2048, 4096, 8192)), ("f32", (1024, 2048, 4096))):
        for n in sizes:
            a, b = (torch.randn(n, n, device=device, dtype=types[name]) for _ in range(2))
            torch.backends.cuda.matmul.allow_tf32 = False
            add(f"matmul {name} {n}", "torch", lambda: a @ b, 2.0 * n**3, 3.0 * n * n * a.element_size())
            if name == "f32":
                torch.backends.cuda.matmul.allow_tf32 = True
                add(f"matmul {name} {n}", "torch tf32", lambda: a @ b, 2.0 * n**3, 3.0 * n * n * 4)
                torch.backends.cuda.matmul.allow_tf32 = False

    m, n = 16384, 4096
    for name, kind in types.items():
        x = torch.randn(m, n, device=device, dtype=kind)
        size = 2.0 * m * n * x.element_size()
        for title, f in (("softmax", lambda x: F.softmax(x, -1)), ("layernorm", lambda x: F.layer_norm(x, (n,)))):
            add(f"{title} {name} {m}x{n}", "torch", lambda: f(x), 0, size)
            compiled = torch.compile(f)
            add(f"{title} {name} {m}x{n}", "torch.compile", lambda: compiled(x), 0, size)

    count = 1 << 26
    x = torch.randn(count, device=device)
    chain = lambda x: F.gelu(x * 1.5 + 0.5) + x
    fused = torch.compile(chain)
    add(f"gelu(x*a+b)+x f32 {count}", "torch", lambda: chain(x), 0, 8.0 * count)
    add(f"gelu(x*a+b)+x f32 {count}", "torch.compile", lambda: fused(x), 0, 8.0 * count)
    add(f"sum f32 {count}", "torch", lambda: x.sum(), 0, 4.0 * count)

    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = False
    b, c, s = 32, 64, 56
    for name, kind in types.items():
        x, w = torch.randn(b, c, s, s, device=device, dtype=kind), torch.randn(c, c, 3, 3, device=device, dtype=kind)
        add(f"conv3x3 {name} {b}x{c}x{s}x{s}", "torch", lambda: F.conv2d(x, w, padding=1), 18.0 * b * c * c * s * s, 2.0 * b * c * s * s * x.element_size())

    for d in (64, 128):
        for length in (1024, 4096, 16384):
            heads, batch = 2048 // d, 16384 // length
            q, k, v = (torch.randn(batch, heads, length, d, device=device, dtype=torch.bfloat16) for _ in range(3))
            for causal in (False, True):
                flops = 4.0 * batch * heads * length * length * d * (0.5 if causal else 1)
                with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.FLASH_ATTENTION):
                    add(f"attention bf16 d{d} {'causal' if causal else 'full'} {length}", "torch.sdpa",
                        lambda: F.scaled_dot_product_attention(q, k, v, is_causal=causal), flops, 8.0 * batch * heads * length * d)

    model = torch.nn.Sequential(torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10)).to(device)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3, fused=True)
    x, y = torch.randn(64, 784, device=device), torch.arange(64, device=device) % 10

    def step():
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    add("training step mlp 784-128-10 batch 64 adam", "torch", step, 6.0 * 64 * (784 * 128 + 128 * 10))
    properties = torch.cuda.get_device_properties(0)
    with open(f"{folder}/torch.json", "w") as file:
        json.dump(dict(card=properties.name, versions=dict(torch=torch.__version__, cudnn=str(torch.backends.cudnn.version())), peak_tensor_flops=0, peak_bandwidth=0, measurements=rows), file, indent=2)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else ".")

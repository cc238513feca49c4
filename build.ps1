<#
.SYNOPSIS
    Builds, tests, measures, packs or verifies CudaNet.
.EXAMPLE
    dotnet tool restore
    dotnet pwsh build.ps1 test
.EXAMPLE
    dotnet pwsh build.ps1 bench --suite matmul --threads 1
#>
# No attribute that makes this an advanced script: it would take -v and the like for itself. All that follows
# the target is passed on as it is to the command behind it.
param(
    # build; test; bench: comparison with TorchSharp; pack: packages into artifacts/packages; verify: every operation against its reference;
    # kernels: writes the embedded PTX again after a change in kernels/ (needs clang-14).
    [ValidateSet('build', 'test', 'bench', 'pack', 'verify', 'kernels')]
    [string] $Target = 'build'
)

$rest = $args
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot

$packages = Join-Path $PSScriptRoot 'artifacts' 'packages'
$expected = 'CudaNet', 'CudaNet.Core', 'CudaNet.Cpu', 'CudaNet.VirtualGpu', 'CudaNet.Cuda', 'CudaNet.Nn', 'CudaNet.Onnx', 'CudaNet.Plotting', 'CudaNet.Models', 'CudaNet.Cli'

function Invoke-Dotnet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

switch ($Target) {
    'build' { Invoke-Dotnet build -c Release @rest }
    'test' { Invoke-Dotnet test -c Release @rest }
    'bench' { Invoke-Dotnet run -c Release --project bench/CudaNet.Bench '--' compare @rest }
    'verify' { Invoke-Dotnet run -c Release --project tools/CudaNet.Cli '--' verify @rest }
    'kernels' {
        $env:CUDANET_WRITE_PTX = Join-Path $PSScriptRoot 'kernels' 'ptx'
        Invoke-Dotnet test -c Release tests/CudaKernels.Tests --filter The_embedded_PTX @rest
    }
    'pack' {
        # Packages of an earlier version would be taken for this run's.
        if (Test-Path $packages) { Remove-Item (Join-Path $packages '*.nupkg') }
        Invoke-Dotnet pack -c Release @rest
        foreach ($name in $expected) {
            # The version begins with a digit: CudaNet.0.1.0 is not CudaNet.Core.0.1.0.
            if (-not (Get-ChildItem $packages -Filter '*.nupkg' | Where-Object Name -Match "^$([regex]::Escape($name))\.\d")) {
                Write-Host "pack made no package $name in $packages"
                exit 1
            }
        }
        Write-Host "$($expected.Count) packages are in $packages"
    }
}

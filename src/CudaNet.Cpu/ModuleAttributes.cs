// Kernels fill their stack buffers before reading them; clearing these first would cost more than some kernels do.
[module: System.Runtime.CompilerServices.SkipLocalsInit]

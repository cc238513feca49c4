using System.Runtime.CompilerServices;

// Every native signature is blittable, so that a call costs no more than the call; this makes the compiler hold us to it.
[assembly: DisableRuntimeMarshalling]

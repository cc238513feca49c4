/* The structures that NVIDIA's libraries take from us, declared again in C from their documentation, with the names that our
   C# has. The test compiles this with the machine's C compiler and compares sizes and offsets: the rules of C for padding
   decide, not ours. */
#ifndef CUDANET_ABI_H
#define CUDANET_ABI_H

#include <stddef.h>
#include <stdint.h>

/* CUdeviceptr is as wide as a pointer on 64-bit systems; handles are pointers to what nobody sees. */
typedef unsigned long long device_address;
typedef void *handle;

typedef enum { memory_none, memory_host, memory_device, memory_array, memory_unified } memory_kind;

typedef struct { unsigned char bytes[16]; } DeviceUuid;

typedef struct {
    size_t SourceX, SourceY;
    memory_kind SourceType;
    const void *SourceHost;
    device_address SourceDevice;
    handle SourceArray;
    size_t SourcePitch;
    size_t DestinationX, DestinationY;
    memory_kind DestinationType;
    void *DestinationHost;
    device_address DestinationDevice;
    handle DestinationArray;
    size_t DestinationPitch;
    size_t WidthInBytes, Height;
} Memcpy2D;

typedef struct {
    size_t SourceX, SourceY, SourceZ, SourceLod;
    memory_kind SourceType;
    const void *SourceHost;
    device_address SourceDevice;
    handle SourceArray;
    void *Reserved0;
    size_t SourcePitch, SourceHeight;
    size_t DestinationX, DestinationY, DestinationZ, DestinationLod;
    memory_kind DestinationType;
    void *DestinationHost;
    device_address DestinationDevice;
    handle DestinationArray;
    void *Reserved1;
    size_t DestinationPitch, DestinationHeight;
    size_t WidthInBytes, Height, Depth;
} Memcpy3D;

typedef struct {
    size_t SourceX, SourceY, SourceZ, SourceLod;
    memory_kind SourceType;
    const void *SourceHost;
    device_address SourceDevice;
    handle SourceArray;
    handle SourceContext;
    size_t SourcePitch, SourceHeight;
    size_t DestinationX, DestinationY, DestinationZ, DestinationLod;
    memory_kind DestinationType;
    void *DestinationHost;
    device_address DestinationDevice;
    handle DestinationArray;
    handle DestinationContext;
    size_t DestinationPitch, DestinationHeight;
    size_t WidthInBytes, Height, Depth;
} Memcpy3DPeer;

typedef struct { int Type; int Id; } MemoryLocation;

typedef struct { MemoryLocation Location; int Flags; } MemoryAccess;

typedef struct {
    int AllocationType;
    int HandleTypes;
    MemoryLocation Location;
    void *SecurityAttributes;
    unsigned char Reserved[64];
} MemoryPoolProperties;

/* A number, and a union of 64 bytes that holds a pointer among others and so starts at 8. */
typedef struct {
    int Id;
    union {
        char room[64];
        void *pointer;
        int Value;
        struct { unsigned int ClusterX, ClusterY, ClusterZ; } cluster;
    } value;
} LaunchAttribute;
#define Value value.Value
#define ClusterX value.cluster.ClusterX
#define ClusterY value.cluster.ClusterY
#define ClusterZ value.cluster.ClusterZ
#define _alignment value.pointer

typedef struct {
    unsigned int GridX, GridY, GridZ;
    unsigned int BlockX, BlockY, BlockZ;
    unsigned int SharedBytes;
    handle Stream;
    LaunchAttribute *Attributes;
    unsigned int AttributeCount;
} LaunchConfiguration;

typedef struct { uint64_t data[8]; } LtAlgorithm;

typedef struct {
    LtAlgorithm Algorithm;
    size_t WorkspaceBytes;
    int State;
    float WavesCount;
    int Reserved[4];
} LtHeuristicResult;

typedef struct {
    int Algorithm;
    int Status;
    float Milliseconds;
    size_t WorkspaceBytes;
    int Determinism;
    int MathType;
    int Reserved[3];
} ConvolutionPerformance;

typedef struct { unsigned long long Total, Free, Used; } NvmlMemory;

typedef struct { unsigned int Gpu, Memory; } NvmlRates;

#endif

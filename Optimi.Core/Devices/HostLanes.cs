using System.Runtime.Intrinsics;
using Optimi.Kernels;

namespace Optimi;

/// <summary>The registers that this machine's vector units have.</summary>
internal static class HostLanes
{
    /// <summary>All of them, the widest first; the scalar one, which every machine has, last.</summary>
    public static IReadOnlyList<Type> All =>
    [
        .. Vector512.IsHardwareAccelerated ? [typeof(Vector512Lane)] : Type.EmptyTypes,
        .. Vector256.IsHardwareAccelerated ? [typeof(Vector256Lane)] : Type.EmptyTypes,
        .. Vector128.IsHardwareAccelerated ? [typeof(Vector128Lane)] : Type.EmptyTypes,
        typeof(ScalarLane),
    ];

    /// <summary>The one that is used.</summary>
    public static Type Widest { get; } =
        Vector512.IsHardwareAccelerated ? typeof(Vector512Lane)
        : Vector256.IsHardwareAccelerated ? typeof(Vector256Lane)
        : Vector128.IsHardwareAccelerated ? typeof(Vector128Lane)
        : typeof(ScalarLane);
}

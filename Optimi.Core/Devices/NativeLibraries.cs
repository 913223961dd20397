using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;

namespace Optimi;

/// <summary>
/// Finds the drivers' libraries. On Linux ILGPU asks for the names that development packages install; users' systems have only
/// the versioned ones. CUDA's has another name on Windows.
/// </summary>
internal static class NativeLibraries
{
    /// <summary>What CUDA's driver is called in imports.</summary>
    public const string Cuda = "cuda";

    private static readonly Lock _gate = new();
    private static bool _registered;

    public static void Register()
    {
        lock (_gate)
        {
            if (_registered)
                return;
            _registered = true;
            Register(typeof(NativeLibraries).Assembly);
            if (OperatingSystem.IsLinux())
                Register(typeof(Context).Assembly);
        }
    }

    private static void Register(Assembly assembly)
    {
        try
        {
            NativeLibrary.SetDllImportResolver(assembly, Resolve);
        }
        catch (InvalidOperationException)
        {
            // The application has a resolver of its own for it; then it knows where the libraries are.
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        string? other = name switch
        {
            "libOpenCL.so" or "OpenCL" => "libOpenCL.so.1",
            "libcuda.so" or Cuda => OperatingSystem.IsWindows() ? "nvcuda" : "libcuda.so.1",
            _ => null,
        };
        if (other is null || NativeLibrary.TryLoad(name, assembly, path, out nint handle))
            return 0;
        return NativeLibrary.TryLoad(other, assembly, path, out handle) ? handle : 0;
    }
}

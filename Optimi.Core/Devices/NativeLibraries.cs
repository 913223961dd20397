using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;

namespace Optimi;

/// <summary>
/// Finds the drivers' libraries on Linux. ILGPU asks for the names that development packages install; users' systems have only
/// the versioned ones.
/// </summary>
internal static class NativeLibraries
{
    private static readonly Lock _gate = new();
    private static bool _registered;

    public static void Register()
    {
        lock (_gate)
        {
            if (_registered || !OperatingSystem.IsLinux())
                return;
            _registered = true;
            try
            {
                NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, Resolve);
            }
            catch (InvalidOperationException)
            {
                // The application has a resolver of its own for ILGPU; then it knows where the libraries are.
            }
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        string? versioned = name switch
        {
            "libOpenCL.so" or "OpenCL" => "libOpenCL.so.1",
            "libcuda.so" or "cuda" => "libcuda.so.1",
            _ => null,
        };
        if (versioned is null || NativeLibrary.TryLoad(name, assembly, path, out nint handle))
            return 0;
        return NativeLibrary.TryLoad(versioned, assembly, path, out handle) ? handle : 0;
    }
}

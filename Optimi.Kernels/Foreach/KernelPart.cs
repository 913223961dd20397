using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Optimi.Kernels;

/// <summary>
/// The methods that most of a kernel consists of. ILGPU inlines first and simplifies afterwards, so that a large method which is called
/// several times, or through several others, is simplified that often. A method that is compiled before its callers is inlined as small
/// as it has become: kernels of quads compile four times as fast for it.
/// </summary>
[UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Kernels are for ILGPU, and whoever asks for its devices is told that it generates code.")]
internal static class KernelPart
{
    /// <summary>The step of a layout's units, which is the innermost part of every kernel that steps.</summary>
    public static MethodInfo StepOf<TLayout, TRule, TApply, TPass, TWords>()
        where TLayout : ILayout => Of(
            typeof(TLayout),
            nameof(ILayout.Step),
            typeof(ScalarLane),
            typeof(TRule),
            typeof(TApply),
            typeof(TPass),
            typeof(TWords));

    /// <summary>A method of a closed type.</summary>
    /// <param name="type">The type.</param>
    /// <param name="name">The method's name: public, static, of no other's name.</param>
    /// <param name="arguments">Its type arguments.</param>
    [UnconditionalSuppressMessage("Trimming", "IL2060", Justification = "ILLink.Descriptors.xml keeps the assembly whole.")]
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "ILLink.Descriptors.xml keeps the assembly whole.")]
    public static MethodInfo Of(Type type, string name, params Type[] arguments)
    {
        MethodInfo method = type.GetMethod(name, BindingFlags.Public | BindingFlags.Static)!;
        return arguments.Length == 0 ? method : method.MakeGenericMethod(arguments);
    }
}

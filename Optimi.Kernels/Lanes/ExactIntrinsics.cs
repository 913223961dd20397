using System.Reflection;
using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Values;
using ILGPU.Runtime.Cuda;

namespace Optimi.Kernels;

/// <summary>Tells ILGPU which instructions stand for the operations of <see cref="Exact"/>.</summary>
public static class ExactIntrinsics
{
    /// <summary>
    /// Registers the operations of <see cref="Exact"/> with an ILGPU context under construction. Needed once for a context
    /// whose accelerators Optimi is to adopt; contexts that Optimi makes itself have it. It also sets the optimization level O2,
    /// without which ILGPU leaves the address space of the slabs open, which older OpenCL devices cannot compile.
    /// </summary>
    /// <param name="builder">The context builder.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is null.</exception>
    public static Context.Builder UseOptimi(this Context.Builder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IntrinsicImplementationManager manager = builder.GetIntrinsicManager();
        foreach (string name in (string[])
            [nameof(Exact.Add), nameof(Exact.Subtract), nameof(Exact.Multiply), nameof(Exact.MultiplyAdd)])
        {
            manager.RegisterMethod(Method(typeof(Exact), name), Ptx(nameof(GeneratePtx)));
            manager.RegisterMethod(Method(typeof(Exact), name), new CLIntrinsic(
                Method(typeof(ExactIntrinsics), nameof(GenerateOpenCL)), IntrinsicImplementationMode.GenerateCode));
        }

        manager.RegisterMethod(
            Method(typeof(PtxBFloat16), nameof(PtxBFloat16.ConvertPair)), Ptx(nameof(GeneratePtx)));
        RegisterByArchitecture(manager, nameof(Exact.PlainNaN), nameof(PtxBFloat16.KeepNaN), nameof(Exact.SoftPlainNaN));
        RegisterByArchitecture(manager, nameof(Exact.RoundToBFloat16), nameof(PtxBFloat16.Round), nameof(Exact.SoftRound));
        RegisterByArchitecture(manager, nameof(Exact.PackBFloat16), nameof(PtxBFloat16.Pack), nameof(Exact.SoftPack));
        RegisterByArchitecture(manager, nameof(Exact.JoinBFloat16), nameof(PtxBFloat16.Join), nameof(Exact.SoftJoin));
        return builder.Optimize(OptimizationLevel.O2);
    }

    private static void RegisterByArchitecture(
        IntrinsicImplementationManager manager, string name, string instructions, string integers)
    {
        const IntrinsicImplementationMode Redirect = IntrinsicImplementationMode.Redirect;
        MethodInfo method = Method(typeof(Exact), name);
        MethodInfo soft = Method(typeof(Exact), integers);
        manager.RegisterMethod(method, new CLIntrinsic(soft, Redirect));
        manager.RegisterMethod(method, new PTXIntrinsic(soft, Redirect, null, CudaArchitecture.SM_80));
        manager.RegisterMethod(
            method, new PTXIntrinsic(Method(typeof(PtxBFloat16), instructions), Redirect, CudaArchitecture.SM_80));
    }

    private static void GeneratePtx(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        var call = (MethodCall)value;
        // Operands are loaded before the command begins: loading one may emit a command of its own.
        var operands = new PTXRegisterAllocator.PrimitiveRegister[call.Count];
        for (int i = 0; i < operands.Length; i++)
            operands[i] = generator.LoadPrimitive(call[i]);
        PTXRegisterAllocator.HardwareRegister target = generator.AllocateHardware(value);
        using PTXCodeGenerator.CommandEmitter command = generator.BeginCommand(Instruction(call));
        command.AppendArgument(target);
        foreach (PTXRegisterAllocator.PrimitiveRegister operand in operands)
            command.AppendArgument(operand);
    }

    private static string Instruction(MethodCall call) => call.Target.Source.Name switch
    {
        nameof(Exact.Add) => "add.rn.f32",
        nameof(Exact.Subtract) => "sub.rn.f32",
        nameof(Exact.Multiply) => "mul.rn.f32",
        nameof(Exact.MultiplyAdd) => "fma.rn.f32",
        nameof(PtxBFloat16.ConvertPair) => "cvt.rn.bf16x2.f32",
        string other => throw new NotSupportedException($"No PTX instruction is known for '{other}'."),
    };

    private static void GenerateOpenCL(CLBackend backend, CLCodeGenerator generator, Value value)
    {
        var call = (MethodCall)value;
        var operands = new CLVariableAllocator.Variable[call.Count];
        for (int i = 0; i < operands.Length; i++)
            operands[i] = generator.Load(call[i]);
        using CLCodeGenerator.StatementEmitter statement = generator.BeginStatement(generator.Allocate(value));
        if (call.Target.Source.Name == nameof(Exact.MultiplyAdd))
        {
            statement.AppendCommand("fma");
            statement.BeginArguments();
            foreach (CLVariableAllocator.Variable operand in operands)
                statement.AppendArgument(operand);
            statement.EndArguments();
            return;
        }

        statement.Append(operands[0]);
        statement.AppendCommand(call.Target.Source.Name switch
        {
            nameof(Exact.Add) => '+',
            nameof(Exact.Subtract) => '-',
            nameof(Exact.Multiply) => '*',
            string other => throw new NotSupportedException($"No OpenCL operator is known for '{other}'."),
        });
        statement.Append(operands[1]);
    }

    private static PTXIntrinsic Ptx(string generator) =>
        new(Method(typeof(ExactIntrinsics), generator), IntrinsicImplementationMode.GenerateCode);

    private static MethodInfo Method(Type type, string name) =>
        type.GetMethod(name, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
        ?? throw new MissingMethodException(type.Name, name);
}

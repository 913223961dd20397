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
internal static class ExactIntrinsics
{
    /// <summary>
    /// Registers the operations of <see cref="Exact"/> with an ILGPU context under construction, for kernels of your own that call
    /// them; contexts that Optimi makes itself have it, and Optimi's own kernels do not need it. It also sets the optimization level
    /// O2, without which ILGPU leaves the address space of views in structs open, which older OpenCL devices cannot compile.
    /// </summary>
    /// <param name="builder">The context builder.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is null.</exception>
    public static Context.Builder UseOptimi(this Context.Builder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IntrinsicImplementationManager manager = builder.GetIntrinsicManager();
        foreach (Delegate operation in (Delegate[])[Exact.Add, Exact.Subtract, Exact.Multiply, Exact.MultiplyAdd])
        {
            manager.RegisterMethod(operation.Method, Ptx());
            manager.RegisterMethod(operation.Method, new CLIntrinsic(
                Method(nameof(GenerateOpenCL)), IntrinsicImplementationMode.GenerateCode));
        }

        foreach (Delegate conversion in (Delegate[])[PtxBFloat16.ConvertToBFloat16Pair, PtxFloat16.ConvertToFloat16Pair])
            manager.RegisterMethod(conversion.Method, Ptx());
        RegisterByArchitecture(manager, Exact.PlainNaN, PtxBFloat16.KeepNaN, Exact.SoftPlainNaN);
        RegisterByArchitecture(manager, Exact.RoundToBFloat16, PtxBFloat16.Round, Exact.SoftRound);
        RegisterByArchitecture(manager, Exact.PackBFloat16, PtxBFloat16.Pack, Exact.SoftPack);
        RegisterByArchitecture(manager, Exact.JoinBFloat16, PtxBFloat16.Join, Exact.SoftJoin);
        RegisterByArchitecture(manager, Exact.WidenFloat16, PtxFloat16.Widen, Float16Bits.Widen);
        RegisterByArchitecture(manager, Exact.RoundToFloat16, PtxFloat16.Round, Float16Bits.Round);
        RegisterByArchitecture(manager, Exact.PackFloat16, PtxFloat16.Pack, Float16Bits.Pack);
        return builder.Optimize(OptimizationLevel.O2);
    }

    private static void RegisterByArchitecture(
        IntrinsicImplementationManager manager, Delegate operation, Delegate instructions, Delegate integers)
    {
        const IntrinsicImplementationMode Redirect = IntrinsicImplementationMode.Redirect;
        manager.RegisterMethod(operation.Method, new CLIntrinsic(integers.Method, Redirect));
        manager.RegisterMethod(operation.Method, new PTXIntrinsic(integers.Method, Redirect, null, CudaArchitecture.SM_80));
        manager.RegisterMethod(operation.Method, new PTXIntrinsic(instructions.Method, Redirect, CudaArchitecture.SM_80));
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
        nameof(PtxBFloat16.ConvertToBFloat16Pair) => "cvt.rn.bf16x2.f32",
        nameof(PtxFloat16.ConvertToFloat16Pair) => "cvt.rn.f16x2.f32",
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

    private static PTXIntrinsic Ptx() => new(Method(nameof(GeneratePtx)), IntrinsicImplementationMode.GenerateCode);

    private static MethodInfo Method(string generator) =>
        typeof(ExactIntrinsics).GetMethod(generator, BindingFlags.Static | BindingFlags.NonPublic)!;
}

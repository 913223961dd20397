using System.Diagnostics;

namespace Optimi.Bench;

/// <summary>Trains the model by a plan.</summary>
internal static class Trainer
{
    private const int BatchSize = 64;

    private const double ReportedShare = 0.05;

    /// <summary>Runs until the plan's end, until it is cancelled, or until the loss is no finite number.</summary>
    /// <param name="plan">What to train.</param>
    /// <param name="corpus">The text.</param>
    /// <param name="onStep">Told the loss of each step.</param>
    /// <param name="cancellation">Ends the training after the step that is under way.</param>
    /// <param name="onPlanned">Told what memory the training takes, before it is allocated.</param>
    /// <param name="checkpoints">The checkpoints that it saves and goes on from; null for none.</param>
    public static TrainingResult Run(
        TrainingPlan plan,
        Corpus corpus,
        Action<double> onStep,
        CancellationToken cancellation,
        Action<MemoryPlan>? onPlanned = null,
        TrainingCheckpoints? checkpoints = null)
    {
        using ComputeDevice device = ComputeDevice.Open(plan.Device, DeviceModel.Options);
        return Run(device, plan, corpus, onStep, cancellation, onPlanned, checkpoints);
    }

    /// <summary>The same on a device that is open already, with <see cref="DeviceModel.Options"/>.</summary>
    /// <inheritdoc cref="Run(TrainingPlan, Corpus, Action{double}, CancellationToken, Action{MemoryPlan}?, TrainingCheckpoints?)"/>
    public static TrainingResult Run(
        ComputeDevice device,
        TrainingPlan plan,
        Corpus corpus,
        Action<double> onStep,
        CancellationToken cancellation,
        Action<MemoryPlan>? onPlanned = null,
        TrainingCheckpoints? checkpoints = null)
    {
        using var buffer = new ParameterBuffer(device, plan.GradientRelease ? GradientMemory.None : GradientMemory.Kept);
        var random = new Random(plan.Seed);
        var parameters = new ModelParameters(buffer, plan.Storage.DType, corpus.Vocabulary, plan.Layers, plan.Width, random);
        using Optimizer optimizer = TrainingOptimizers.All[plan.Optimizer].Create(buffer, plan.Lr, plan.Storage);
        optimizer.AverageDecay = plan.Ema;
        optimizer.MaxNorm = plan.Clip;
        optimizer.GradientRelease = plan.GradientRelease;
        optimizer.Scaler = plan.LossScaling?.Create();
        LRScheduler schedule = TrainingSchedules.All[plan.Schedule](optimizer, plan.Steps);
        // The model takes views of the parameters, for which their memory is allocated.
        MemoryPlan memory = MemoryPlan.For(optimizer.Groups, parameters.Layers.Select(layer => layer.All));
        if (plan.Ema is not null)
            memory = memory.WithAverages();
        onPlanned?.Invoke(memory);
        using ITrainedModel model =
            device.IsHost ? new HostModel(parameters) : new DeviceModel(device, parameters, BatchSize);
        var contexts = new int[BatchSize * ModelParameters.Context];
        var targets = new int[BatchSize];
        TrainingProgress progress = checkpoints?.Progress ?? new TrainingProgress();
        IReadOnlyList<double> losses = progress.Losses;
        IGradientSink gradients = plan.GradientRelease ? Release(optimizer, progress.InOptimizer) : new ParameterGradients();
        checkpoints?.Resume(optimizer, schedule);
        // The batches of earlier steps, so that the next one is what it would have been.
        for (int step = 0; step < losses.Count; step++)
            corpus.Draw(random, contexts, targets);
        double loss = losses is [.., double last] ? last : 0;
        // From a loss that is not finite there is no way back: it comes from the weights, since it is not scaled, and neither a step nor a
        // skipped one makes those better. Gradients that are not finite, of a finite loss, only skip their step.
        while (losses.Count < plan.Steps && double.IsFinite(loss) && !cancellation.IsCancellationRequested)
        {
            progress.Watch.Start();
            corpus.Draw(random, contexts, targets);
            int step = losses.Count + 1;
            optimizer.Accumulate = step % plan.Accumulate != 0;
            loss = model.LossAndGradients(contexts, targets, gradients, (float)(optimizer.Scaler?.Scale ?? 1));
            progress.Add(loss);

            progress.InOptimizer.Start();
            // With gradient release all parameters are stepped by now, and this does nothing.
            optimizer.Step();
            device.Synchronize();
            progress.InOptimizer.Stop();
            schedule.Step();
            onStep(loss);
            progress.Watch.Stop();
            checkpoints?.SaveIfDue(optimizer, schedule);
        }

        int reported = (int)Math.Ceiling(losses.Count * ReportedShare);
        double? averaged = plan.Ema is null || reported == 0
            ? null
            : AveragedLoss.Of(optimizer, model, reported, () => corpus.Draw(random, contexts, targets), contexts, targets);
        return new TrainingResult(
            plan.Name,
            plan.Optimizer,
            plan.Storage.DType,
            plan.Storage.Kahan,
            plan.Storage.States,
            plan.Storage.WeightBits,
            device.Name,
            plan.GradientRelease,
            plan.Accumulate,
            plan.Schedule,
            buffer.Sum(parameter => parameter.Length),
            losses.Count,
            losses.Take(reported).DefaultIfEmpty(double.NaN).Average(),
            losses.TakeLast(reported).DefaultIfEmpty(double.NaN).Average(),
            buffer.ValueBytes,
            buffer.GradientBytes,
            buffer.PeakGradientBytes,
            optimizer.StateBytes,
            progress.ElapsedInOptimizer.TotalMilliseconds / Math.Max(1, losses.Count),
            progress.Elapsed.TotalSeconds,
            WeightsHash.Of(buffer),
            memory)
        {
            Ema = plan.Ema,
            AveragedLoss = averaged,
            Clip = plan.Clip,
            LossScale = optimizer.Scaler?.Scale,
            SkippedSteps = optimizer.SkippedSteps,
            Losses = losses,
        };
    }

    /// <summary>Lets parameters be stepped in the backward pass, by an optimizer that is made for it.</summary>
    private static ReleasedGradients Release(Optimizer optimizer, Stopwatch inOptimizer)
    {
        var gradients = new ReleasedGradients(inOptimizer);
        GradientRelease.Prepare(gradients, optimizer);
        return gradients;
    }
}

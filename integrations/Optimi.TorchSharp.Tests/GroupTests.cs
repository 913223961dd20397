using System.Diagnostics.Metrics;
using Optimi;

namespace FusedTests;

/// <summary>Groups, their options, and what is made of both.</summary>
internal sealed class GroupTests
{
    [Test]
    public void What_configure_sets_is_what_torchs_group_has()
    {
        Parameter parameter = nn.Parameter(ones(2));
        using var optimizer = new FusedAdamW(
            [parameter], configure: options => options with { Lr = 0.5, Beta1 = 0.8, Beta2 = 0.7, Epsilon = 0.1, WeightDecay = 0.3, Maximize = true });
        Step(optimizer, parameter);
        var torchs = ((AdamW.ParamGroup)optimizer.ParamGroups.Single()).Options;
        Assert.That(
            (torchs.LearningRate, torchs.InitialLearningRate, torchs.beta1, torchs.beta2, torchs.eps, torchs.weight_decay, torchs.maximize),
            Is.EqualTo((0.5, 0.5, 0.8, 0.7, 0.1, 0.3, true)));
        var options = (AdamWOptions)optimizer.Engine.Groups[0].Options;
        Assert.That(
            (optimizer.Engine.Lr, options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay, options.Maximize),
            Is.EqualTo((0.5, 0.8, 0.7, 0.1, 0.3, true)));
    }

    [Test]
    public void What_configure_sets_is_what_a_group_of_Optimis_has()
    {
        Parameter parameter = nn.Parameter(ones(2));
        using var optimizer = new FusedLion([parameter], configure: options => options with { Lr = 0.5, Beta1 = 0.8, WeightDecay = 0.3 });
        Step(optimizer, parameter);
        var group = (FusedParamGroup<LionOptions>)optimizer.ParamGroups.Single();
        Assert.That((group.LearningRate, group.Betas.Item1, group.Options.Values!.WeightDecay), Is.EqualTo((0.5, 0.8, 0.3)));
        var options = (LionOptions)optimizer.Engine.Groups[0].Options;
        Assert.That((optimizer.Engine.Lr, options.Beta1, options.WeightDecay), Is.EqualTo((0.5, 0.8, 0.3)));
    }

    [Test]
    public void What_configure_sets_of_SGD_is_what_torchs_group_has()
    {
        Parameter parameter = nn.Parameter(ones(2));
        using var optimizer = new FusedSGD([parameter], 0.1, configure: options => options with { Momentum = 0.8, Dampening = true });
        Step(optimizer, parameter);
        var torchs = ((SGD.ParamGroup)optimizer.ParamGroups.Single()).Options;
        Assert.That((torchs.momentum, torchs.dampening), Is.EqualTo((0.8, 0.8)));
        var options = (SGDOptions)optimizer.Engine.Groups[0].Options;
        Assert.That((options.Momentum, options.Dampening), Is.EqualTo((0.8, true)));
    }

    [Test]
    public void A_group_can_be_added_while_a_dictionary_is_handed_out()
    {
        Parameter first = nn.Parameter(ones(2));
        Parameter second = nn.Parameter(ones(2));
        using var optimizer = new FusedAdamW([first]);
        Step(optimizer, first);
        _ = optimizer.state_dict();
        optimizer.add_param_group(new AdamW.ParamGroup([second]));
        second.grad = ones(2);
        Step(optimizer, first);
        Assert.That(optimizer.state_dict().State.Cast<AdamW.State>().Select(state => state.step), Is.EqualTo((long[])[2, 1]));
        optimizer.add_param_group(new AdamW.ParamGroup([nn.Parameter(ones(2))]));
        Assert.That(optimizer.state_dict().State, Has.Count.EqualTo(3));
    }

    [Test]
    public void Moving_to_the_device_of_the_parameters_is_nothing([Values] bool handedOut)
    {
        Parameter parameter = nn.Parameter(ones(2));
        using var optimizer = new FusedAdamW([parameter]);
        Step(optimizer, parameter);
        if (handedOut)
            _ = optimizer.state_dict();
        optimizer.to(CPU);
        ((OptimizerHelper)optimizer).to(CPU);
        Step(optimizer, parameter);
        Assert.That(((AdamW.State)optimizer.state_dict().State[0]).step, Is.EqualTo(2));
    }

    [Test]
    public void A_group_that_is_refused_is_as_it_was()
    {
        using var optimizer = new FusedAdamW([nn.Parameter(ones(2))], beta1: 0.5, configure: options => options with { WeightDecay = 0.1 });
        var options = new AdamW.Options { LearningRate = -1, beta2 = 0.8 };
        var group = new AdamW.ParamGroup([nn.Parameter(ones(2))], options);
        Assert.That(() => optimizer.add_param_group(group), Throws.InstanceOf<OptionException>());
        Assert.That(group.Options, Is.SameAs(options));
        Assert.That((options.LearningRate, options.beta1, options.beta2, options.weight_decay), Is.EqualTo(((double?)-1, (double?)null, 0.8, (double?)null)));
        options.LearningRate = 1;
        optimizer.add_param_group(group);
        Assert.That(group.Options, Is.SameAs(options));
        Assert.That((options.beta1, options.beta2, options.weight_decay), Is.EqualTo((0.5, 0.8, 0.1)));
    }

    [Test]
    public void The_meter_calls_an_optimizer_by_its_name()
    {
        var names = new HashSet<string?>();
        Parameter parameter = nn.Parameter(ones(2));
        using FusedOptimizer adam = new FusedAdam([parameter]);
        using FusedOptimizer adamW = new FusedAdamW([parameter]);
        using FusedOptimizer lion = new FusedLion([parameter]);
        Assert.That(
            ((FusedOptimizer[])[adam, adamW, lion]).Select(optimizer => optimizer.Engine.GetType().Name), Is.EqualTo((string[])["Adam", "AdamW", "Lion"]));
        Step(adam, parameter);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == Telemetry.MeterName)
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            foreach ((string key, object? value) in tags)
            {
                if (key == "optimi.optimizer")
                    names.Add((string?)value);
            }
        });
        listener.Start();
        Assert.That(Names, Is.SupersetOf((string[])["Adam", "AdamW", "Lion"]).After(5000, 50));

        IEnumerable<string?> Names()
        {
            listener.RecordObservableInstruments();
            return names;
        }
    }

    private static void Step(FusedOptimizer optimizer, Parameter parameter)
    {
        parameter.grad = ones(2);
        optimizer.step();
    }
}
